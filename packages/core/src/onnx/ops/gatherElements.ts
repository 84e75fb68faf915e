import { zerosLike } from "../broadcast.ts";
import { intAttribute } from "../graph.ts";
import type { Operator } from "../operator.ts";

/** y[i][j] = x[index[i][j]][j] (along axis 0; likewise along others). */
export const GatherElements: Operator = {
  infer: ({ inputs: [x, indices] }) => [{ type: x!.type, shape: indices!.shape }],
  gradient({ g, node, inputs: [x, indices], cotangent }) {
    const zeros = zerosLike(g, x);
    const attributes = { axis: { int: intAttribute(node, "axis", 0) }, reduction: { string: "add" } };
    return [g.node("ScatterElements", [zeros, indices, cotangent], attributes)];
  },
};
