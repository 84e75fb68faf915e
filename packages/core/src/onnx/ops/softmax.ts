import { intAttribute } from "../graph.ts";
import { type Operator, sameAsInput } from "../operator.ts";

/** y = e^x / sum(e^x) along an axis; dx = y (dy - sum(dy y)). */
export const Softmax: Operator = {
  infer: sameAsInput,
  gradient({ g, node, outputs: [y], cotangent }) {
    const axis = g.ints([intAttribute(node, "axis", -1)]);
    const weighted = g.node("Mul", [cotangent, y]);
    const total = g.node("ReduceSum", [weighted, axis], { keepdims: { int: 1 } });
    return [g.node("Sub", [weighted, g.node("Mul", [y, total])])];
  },
};
