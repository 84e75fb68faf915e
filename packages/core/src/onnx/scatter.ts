// The transpose of taking elements: put them back into zeros, adding where several go to one place.

import { tensor } from "../tensor.ts";
import { requireSmall } from "./limits.ts";
import type { GraphWriter } from "./operator.ts";

/** Zeros of the shape of `value` with `size` along `axis`, to which row i of `value` is added at `positions[i]`. */
export function scatterAlong(
  g: GraphWriter,
  value: string,
  axis: number,
  positions: readonly number[],
  size: number,
): string {
  requireSmall(positions.length, "positions along a sliced axis");
  const rank = g.type(value).shape.length;
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? positions.length : 1));
  const index = g.constant(tensor("int64", shape, positions));
  const indices = g.node("Expand", [index, g.node("Shape", [value])]);
  const head = g.node("Shape", [value], { end: { int: axis } });
  const tail = g.node("Shape", [value], { start: { int: axis + 1 } });
  const target = g.node("Concat", [head, g.ints([size]), tail], { axis: { int: 0 } });
  const zeros = g.node("Expand", [g.scalar(0, value), target]);
  return g.node("ScatterElements", [zeros, indices, value], { axis: { int: axis }, reduction: { string: "add" } });
}
