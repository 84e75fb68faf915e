import { sameElements } from "../dataPropagation.ts";
import type { Dim } from "../dim.ts";
import { normalizeAxis, type Operator, requireInts } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y = x with new axes of size 1 at the given places of the result. */
export const Unsqueeze: Operator = {
  required: 2,
  infer({ node, inputs: [x, axes] }) {
    const given = requireInts(node, axes, "axes");
    const rank = x!.shape.length + given.length;
    const added = new Set(given.map((axis) => normalizeAxis(node, axis, rank)));
    const rest = [...x!.shape];
    const shape: Dim[] = Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : rest.shift()!));
    return [{ type: x!.type, shape }];
  },
  propagate: sameElements,
  range: sameRange,
  gradient: ({ g, inputs: [, axes], cotangent }) => [g.node("Squeeze", [cotangent, axes])],
};
