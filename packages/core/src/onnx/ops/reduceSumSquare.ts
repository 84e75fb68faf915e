import type { Operator } from "../operator.ts";
import { within } from "../range.ts";
import { reducedShape, restoreAxes } from "../reduction.ts";

/** y = sum x^2 over axes; dy/dx = 2x. */
export const ReduceSumSquare: Operator = {
  infer: reducedShape,
  range: within(0, Infinity),
  gradient: ({ g, node, inputs: [x], cotangent }) => [
    g.node("Mul", [g.node("Add", [x, x]), restoreAxes(g, node, cotangent)]),
  ],
};
