import { broadcastFirstType, broadcastShapes, reduceTo } from "../broadcast.ts";
import { multiplyDims } from "../dim.ts";
import { contentOf, type Operator } from "../operator.ts";

/** y = a b. */
export const Mul: Operator = {
  infer(context) {
    const [a, b] = context.inputs.map(contentOf);
    if (a && b && a.length === b.length) {
      const content = a.map((dim, i) => multiplyDims(dim, b[i]));
      return [{ type: context.inputs[0]!.type, shape: broadcastShapes(context), content }];
    }
    return broadcastFirstType(context);
  },
  gradient: ({ g, inputs: [a, b], cotangent }) => [
    reduceTo(g, g.node("Mul", [cotangent, b]), a),
    reduceTo(g, g.node("Mul", [cotangent, a]), b),
  ],
};
