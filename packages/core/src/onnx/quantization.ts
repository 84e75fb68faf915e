// What quantized operators share: scales and zero points of one axis, and whole numbers taken as real ones.

import { type FloatType, tensor } from "../tensor.ts";
import { intAttribute, type Node } from "./graph.ts";
import { type GraphWriter, normalizeAxis } from "./operator.ts";

/** A scale or zero point as it broadcasts with `x`: a scalar, or a list along the node's axis. */
export function spreadAlong(g: GraphWriter, node: Node, list: string, x: string): string {
  const { shape } = g.type(list);
  if (shape.length === 0) return list;
  if (shape.length === 1 && shape[0] === 1) return g.node("Reshape", [list, g.ints([])]);
  const rank = g.type(x).shape.length;
  const axis = normalizeAxis(node, intAttribute(node, "axis", 1), rank);
  return g.node("Reshape", [list, g.ints(Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1)))]);
}

/** The least and the largest number of the types that the runtime quantizes to. */
export const quantizedRanges: Readonly<Record<string, readonly [low: number, high: number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
};

/** Those of 16 bits. */
export const wideRanges: Readonly<Record<string, readonly [low: number, high: number]>> = {
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/**
 * Whole numbers less their zero point as real ones, so that gradients flow through where the numbers were quantized.
 */
export function centered(g: GraphWriter, value: string, zero: string, type: FloatType = "float32"): string {
  const real = (name: string) => g.node("CastLike", [name, g.constant(tensor(type, [], [0]))]);
  const isQuantized = g.type(value).type in quantizedRanges && g.type(value).constant === undefined;
  const number = isQuantized ? g.node("DequantizeLinear", [value, g.constant(tensor(type, [], [1]))]) : real(value);
  return zero === "" ? number : g.node("Sub", [number, real(zero)]);
}
