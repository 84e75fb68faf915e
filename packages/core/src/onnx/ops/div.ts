import { broadcastFirstType, broadcastShapes, reduceTo } from "../broadcast.ts";
import { divideDims } from "../dim.ts";
import { contentOf, type Operator } from "../operator.ts";

/** y = a / b; dy/da = 1/b, dy/db = -y/b. Integers are divided exactly or left unknown. */
export const Div: Operator = {
  infer(context) {
    const [a, b] = context.inputs.map(contentOf);
    const content = a && b && a.length === b.length ? a.map((dim, i) => divideDims(dim, b[i])) : [];
    if (content.length > 0 && content.every((dim) => dim !== undefined)) {
      return [{ type: context.inputs[0]!.type, shape: broadcastShapes(context), content }];
    }
    return broadcastFirstType(context);
  },
  gradient({ g, inputs: [a, b], outputs: [y], cotangent }) {
    const da = g.node("Div", [cotangent, b]);
    return [reduceTo(g, da, a), g.node("Neg", [reduceTo(g, g.node("Mul", [da, y]), b)])];
  },
};
