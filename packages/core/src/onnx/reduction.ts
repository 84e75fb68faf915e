// What reductions share: which axes, which shape results, and how a cotangent gets its axes back.

import { divideDims, multiplyDims } from "./dim.ts";
import { intAttribute, intsAttribute, type Node } from "./graph.ts";
import { type GraphWriter, type InferContext, normalizeAxis, requireInts } from "./operator.ts";
import type { ValueType } from "./valueType.ts";

/**
 * The axes that a reduction removes, ascending. Without axes it is all, or none where `noop_with_empty_axes` is set.
 */
function reducedAxes(node: Node, x: ValueType, axes: ValueType | undefined): readonly number[] {
  const given = axes ? requireInts(node, axes, "axes") : intsAttribute(node, "axes", undefined);
  if (!given || given.length === 0) {
    return intAttribute(node, "noop_with_empty_axes", 0) ? [] : x.shape.map((_, i) => i);
  }
  return given.map((axis) => normalizeAxis(node, axis, x.shape.length)).sort((a, b) => a - b);
}

/** The shape rule of reductions. */
export function reducedShape({ node, inputs: [x, axes] }: InferContext): readonly ValueType[] {
  const removed = new Set(reducedAxes(node, x!, axes));
  const keep = intAttribute(node, "keepdims", 1);
  const shape = x!.shape.flatMap((dim, i) => (removed.has(i) ? (keep ? [1] : []) : [dim]));
  return [{ type: x!.type, shape }];
}

/** How many elements of `x` a mean `y` of some of its axes is of, as a number of its type. */
export function elementsPerMean(g: GraphWriter, x: string, y: string): string {
  const known = divideDims(multiplyDims(...g.type(x).shape), multiplyDims(...g.type(y).shape));
  if (typeof known === "number") return g.scalar(known, x);
  return g.node("CastLike", [g.node("Div", [g.node("Size", [x]), g.node("Size", [y])]), x]);
}

/** Gives a value of the reduced shape its removed axes back, with size 1, so that it broadcasts against the input. */
export function restoreAxes(g: GraphWriter, node: Node, value: string): string {
  if (intAttribute(node, "keepdims", 1)) return value;
  const [x, axes] = node.inputs;
  const removed = reducedAxes(node, g.type(x), axes ? g.type(axes) : undefined);
  return removed.length === 0 ? value : g.node("Unsqueeze", [value, g.ints(removed)]);
}
