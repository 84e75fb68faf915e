import type { Operator } from "../operator.ts";
import { reducedShape, restoreAxes } from "../reduction.ts";

/** y = log(sum e^x) over axes; dy/dx = e^(x - y). */
export const ReduceLogSumExp: Operator = {
  infer: reducedShape,
  gradient({ g, node, inputs: [x], outputs: [y], cotangent }) {
    const share = g.node("Exp", [g.node("Sub", [x, restoreAxes(g, node, y)])]);
    return [g.node("Mul", [share, restoreAxes(g, node, cotangent)])];
  },
};
