import type { Operator } from "../operator.ts";
import { within } from "../range.ts";
import { reducedShape, restoreAxes } from "../reduction.ts";

/** y = sum |x| over axes; dy/dx = sign(x). */
export const ReduceL1: Operator = {
  infer: reducedShape,
  range: within(0, Infinity),
  gradient: ({ g, node, inputs: [x], cotangent }) => [
    g.node("Mul", [g.node("Sign", [x]), restoreAxes(g, node, cotangent)]),
  ],
};
