import { zerosLike } from "../broadcast.ts";
import { requirePlaces } from "../checks.ts";
import { intAttribute } from "../graph.ts";
import type { Operator } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y[i][j] = x[index[i][j]][j] (along axis 0; likewise along others). */
export const GatherElements: Operator = {
  required: 2,
  check: requirePlaces,
  infer: ({ inputs: [x, indices] }) => [{ type: x!.type, shape: indices!.shape }],
  range: sameRange,
  gradient({ g, node, inputs: [x, indices], cotangent }) {
    const zeros = zerosLike(g, x);
    const attributes = { axis: { int: intAttribute(node, "axis", 0) }, reduction: { string: "add" } };
    return [g.node("ScatterElements", [zeros, indices, cotangent], attributes)];
  },
};
