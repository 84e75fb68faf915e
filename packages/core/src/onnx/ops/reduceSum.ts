import { expandLike } from "../broadcast.ts";
import { toOneElement } from "../dataPropagation.ts";
import type { Operator } from "../operator.ts";
import { rangeOfTotal } from "../range.ts";
import { reducedShape, restoreAxes } from "../reduction.ts";

/** y = sum of x over axes. */
export const ReduceSum: Operator = {
  infer: reducedShape,
  propagate: toOneElement((a, b) => (typeof a === "number" && typeof b === "number" ? a + b : undefined)),
  range: rangeOfTotal,
  gradient: ({ g, node, inputs: [x], cotangent }) => [expandLike(g, restoreAxes(g, node, cotangent), x)],
};
