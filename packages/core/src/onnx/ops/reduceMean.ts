import { expandLike } from "../broadcast.ts";
import type { Operator } from "../operator.ts";
import { reducedShape, restoreAxes } from "../reduction.ts";

/** y = mean of x over axes; each element has the share 1/count, count = size of x / size of y. */
export const ReduceMean: Operator = {
  infer: reducedShape,
  gradient({ g, node, inputs: [x], outputs: [y], cotangent }) {
    const count = g.node("Div", [g.node("Size", [x]), g.node("Size", [y])]);
    const share = g.node("Div", [cotangent, g.node("CastLike", [count, x])]);
    return [expandLike(g, restoreAxes(g, node, share), x)];
  },
};
