import { zerosLike } from "../broadcast.ts";
import { requirePlaces } from "../checks.ts";
import { stringAttribute } from "../graph.ts";
import { type Operator, sameAsInput, unsupportedNode } from "../operator.ts";

/** y = x with slices written, or added, at places that the last axis of the indices names. */
export const ScatterND: Operator = {
  required: 3,
  check: requirePlaces,
  infer: sameAsInput,
  gradient({ g, node, inputs: [, indices], cotangent }) {
    const reduction = stringAttribute(node, "reduction", "none");
    if (reduction !== "add" && reduction !== "none")
      throw unsupportedNode(node, 'reduction "add" or "none"', reduction);
    const updates = g.node("GatherND", [cotangent, indices]);
    if (reduction === "add") return [cotangent, undefined, updates];
    return [g.node("ScatterND", [cotangent, indices, zerosLike(g, updates)]), undefined, updates];
  },
};
