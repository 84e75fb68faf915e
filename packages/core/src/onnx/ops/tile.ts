import { elementAt, moved } from "../dataPropagation.ts";
import { multiplyDims } from "../dim.ts";
import { nodeError, type Operator, requireInts, unknownSize } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y = x repeated along each axis; the gradient sums over the copies. */
export const Tile: Operator = {
  required: 2,
  infer({ node, inputs: [x, repeats], unknownDim }) {
    if (!repeats!.constant && !repeats!.content) {
      return [{ type: x!.type, shape: x!.shape.map(unknownDim) }];
    }
    const counts = requireInts(node, repeats, "repeats");
    if (counts.length !== x!.shape.length) throw nodeError(node, "one repeat per axis", `[${counts}]`);
    return [{ type: x!.type, shape: x!.shape.map((dim, i) => multiplyDims(dim, counts[i])) }];
  },
  propagate: moved(
    (_, [x]) =>
      (index) =>
        elementAt(
          x,
          index.map((entry, axis) => entry % x.shape[axis]),
        ),
  ),
  range: sameRange,
  gradient({ g, node, inputs: [x, repeats], cotangent }) {
    const counts = requireInts(node, g.type(repeats), "repeats");
    const { shape } = g.type(x);
    // Each repeated axis as two: which copy, and where in it.
    const parts = shape.flatMap((dim, i) => (counts[i] === 1 ? [dim] : [counts[i], dim]));
    if (parts.filter((dim) => typeof dim === "string").length > 1) {
      throw unknownSize(node, "all sizes but one", `[${shape}]`);
    }
    const copies: number[] = [];
    counts.forEach((count, i) => {
      if (count !== 1) copies.push(i + copies.length);
    });
    if (copies.length === 0) return [cotangent];
    const split = g.node("Reshape", [cotangent, g.ints(parts.map((dim) => (typeof dim === "number" ? dim : -1)))]);
    return [g.node("ReduceSum", [split, g.ints(copies)], { keepdims: { int: 0 } })];
  },
};
