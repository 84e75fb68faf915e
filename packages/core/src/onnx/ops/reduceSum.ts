import { expandLike } from "../broadcast.ts";
import type { Operator } from "../operator.ts";
import { reducedShape, restoreAxes } from "../reduction.ts";

/** y = sum of x over axes. */
export const ReduceSum: Operator = {
  infer: reducedShape,
  gradient: ({ g, node, inputs: [x], cotangent }) => [expandLike(g, restoreAxes(g, node, cotangent), x)],
};
