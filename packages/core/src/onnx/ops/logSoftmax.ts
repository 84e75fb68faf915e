import { intAttribute } from "../graph.ts";
import { type Operator, sameAsInput } from "../operator.ts";

/** y = x - log(sum(e^x)) along an axis; dx = dy - e^y sum(dy). */
export const LogSoftmax: Operator = {
  infer: sameAsInput,
  gradient({ g, node, outputs: [y], cotangent }) {
    const axis = g.ints([intAttribute(node, "axis", -1)]);
    const total = g.node("ReduceSum", [cotangent, axis], { keepdims: { int: 1 } });
    return [g.node("Sub", [cotangent, g.node("Mul", [g.node("Exp", [y]), total])])];
  },
};
