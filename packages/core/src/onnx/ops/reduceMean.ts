import { expandLike } from "../broadcast.ts";
import type { Operator } from "../operator.ts";
import { sameRange } from "../range.ts";
import { elementsPerMean, reducedShape, restoreAxes } from "../reduction.ts";

/** y = mean of x over axes; each element has the share 1/count, count = size of x / size of y. */
export const ReduceMean: Operator = {
  infer: reducedShape,
  range: sameRange,
  gradient({ g, node, inputs: [x], outputs: [y], cotangent }) {
    const share = g.node("Div", [cotangent, elementsPerMean(g, x, y)]);
    return [expandLike(g, restoreAxes(g, node, share), x)];
  },
};
