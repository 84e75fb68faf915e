import type { Operator } from "../operator.ts";
import { within } from "../range.ts";
import { reducedShape, restoreAxes } from "../reduction.ts";

/** y = sqrt(sum x^2) over axes; dy/dx = x / y, taken as 0 where y = 0. */
export const ReduceL2: Operator = {
  infer: reducedShape,
  range: within(0, Infinity),
  gradient({ g, node, inputs: [x], outputs: [y], cotangent }) {
    const isZero = g.node("Equal", [y, g.scalar(0, y)]);
    const norm = g.node("Where", [isZero, g.scalar(1, y), y]);
    const scale = g.node("Where", [isZero, g.scalar(0, y), g.node("Div", [cotangent, norm])]);
    return [g.node("Mul", [x, restoreAxes(g, node, scale)])];
  },
};
