import { intAttribute } from "../graph.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { within } from "../range.ts";
import { finite } from "../slope.ts";

/** y = e^x / sum(e^x) along an axis; dx = y (dy - sum(dy y)). */
export const Softmax: Operator = {
  infer: sameAsInput,
  range: within(0, 1),
  gradient({ g, node, outputs: [y], cotangent }) {
    const axis = g.ints([intAttribute(node, "axis", -1)]);
    // Of a row that is masked as a whole the share of each is no number.
    const share = finite(g, y);
    const weighted = g.node("Mul", [cotangent, share]);
    const total = g.node("ReduceSum", [weighted, axis], { keepdims: { int: 1 } });
    return [g.node("Sub", [weighted, g.node("Mul", [share, total])])];
  },
};
