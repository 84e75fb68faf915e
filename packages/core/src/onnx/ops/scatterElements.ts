import { zerosLike } from "../broadcast.ts";
import { requirePlaces } from "../checks.ts";
import { intAttribute, stringAttribute } from "../graph.ts";
import { type Operator, sameAsInput, unsupportedNode } from "../operator.ts";

/** y = x with updates written, or added, at indices along an axis. */
export const ScatterElements: Operator = {
  required: 3,
  check: requirePlaces,
  infer: sameAsInput,
  gradient({ g, node, inputs: [, indices], cotangent }) {
    const axis = { axis: { int: intAttribute(node, "axis", 0) } };
    const reduction = stringAttribute(node, "reduction", "none");
    if (reduction !== "add" && reduction !== "none")
      throw unsupportedNode(node, 'reduction "add" or "none"', reduction);
    const updates = g.node("GatherElements", [cotangent, indices], axis);
    if (reduction === "add") return [cotangent, undefined, updates];
    const zeros = zerosLike(g, updates);
    return [g.node("ScatterElements", [cotangent, indices, zeros], axis), undefined, updates];
  },
};
