import { sameElements } from "../dataPropagation.ts";
import { normalizeAxis, type Operator, requireInts } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y = x without the given axes of size 1 (all such axes where none are given). */
export const Squeeze: Operator = {
  infer({ node, inputs: [x, axes] }) {
    const rank = x!.shape.length;
    const removed = axes
      ? requireInts(node, axes, "axes").map((axis) => normalizeAxis(node, axis, rank))
      : x!.shape.flatMap((dim, i) => (dim === 1 ? [i] : []));
    return [{ type: x!.type, shape: x!.shape.filter((_, i) => !removed.includes(i)) }];
  },
  propagate: sameElements,
  range: sameRange,
  gradient: ({ g, inputs: [x], cotangent }) => [g.node("Reshape", [cotangent, g.node("Shape", [x])])],
};
