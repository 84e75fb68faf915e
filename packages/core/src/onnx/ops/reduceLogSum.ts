import { expandLike } from "../broadcast.ts";
import type { Operator } from "../operator.ts";
import { between } from "../range.ts";
import { reducedShape, restoreAxes } from "../reduction.ts";
import { scaled } from "../slope.ts";

/** y = log(sum x) over axes; dy/dx = e^-y. */
export const ReduceLogSum: Operator = {
  infer: reducedShape,
  range: ([x]) => between(-Infinity, Infinity, x.finite && x.low > 0),
  gradient({ g, node, inputs: [x], outputs: [y], cotangent }) {
    const share = scaled(g, cotangent, g.node("Exp", [g.node("Neg", [y])]));
    return [expandLike(g, restoreAxes(g, node, share), x)];
  },
};
