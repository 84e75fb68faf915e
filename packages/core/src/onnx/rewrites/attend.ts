// Scaled dot-product attention (Vaswani and others, 2017), as all operators of that kind have it.

import type { GraphBuilder } from "../builder.ts";
import { isStatic } from "../dim.ts";
import { positionsAlong } from "./positions.ts";

interface AttendOptions {
  /** What products of queries and keys are multiplied by. */
  readonly scale: number;
  /** Truth values that broadcast to [B, H, S, T]: which keys each query may see; one that sees none gets zeros. */
  readonly mask?: string | undefined;
  /** Added to the products; broadcasts to [B, H, S, T]. */
  readonly bias?: string | undefined;
  /** Where not zero, products p become softcap tanh(p / softcap). */
  readonly softcap?: number;
}

/**
 * softmax(scale Q K^T + bias) V, for queries [B, H, S, D], keys [B, G, T, D] and values [B, G, T, E], H a multiple of
 * G.
 */
export function attend(g: GraphBuilder, q: string, k: string, v: string, options: AttendOptions): string {
  const { scale, mask, bias, softcap = 0 } = options;
  const [keys, values] = [repeated(g, k, q), repeated(g, v, q)];
  const scaled = g.node("Mul", [q, g.scalar(scale, q)]);
  let products = g.node("MatMul", [scaled, g.node("Transpose", [keys], { perm: { ints: [0, 1, 3, 2] } })]);
  if (softcap !== 0) {
    const bounded = g.node("Tanh", [g.node("Div", [products, g.scalar(softcap, q)])]);
    products = g.node("Mul", [bounded, g.scalar(softcap, q)]);
  }
  if (bias) products = g.node("Add", [products, bias]);
  if (mask) products = g.node("Where", [mask, products, g.scalar(UNSEEN, q)]);
  const weights = g.node("Softmax", [products], { axis: { int: -1 } });
  return g.node("MatMul", [mask ? g.node("Where", [mask, weights, g.scalar(0, q)]) : weights, values]);
}

/** Far below any product, and finite, so that a row of nothing else has no infinite gradient. */
const UNSEEN = -1e30;

/** Keys or values [B, G, T, D] with each head repeated for the queries that share it, [B, H, T, D]. */
function repeated(g: GraphBuilder, value: string, q: string): string {
  const [, own, , size] = g.type(value).shape;
  const wanted = g.type(q).shape[1];
  const known = [own, wanted, size];
  if (!isStatic(known) || own === wanted) return value;
  const apart = g.node("Unsqueeze", [value, g.ints([2])]);
  const many = g.node("Expand", [apart, g.ints([1, 1, known[1] / known[0], 1, 1])]);
  return g.node("Reshape", [many, g.ints([0, known[1], -1, known[2]])]);
}

/** Which of the values along the third axis of `k` each of `q` may see: those up to its own place, `offset` later. */
export function causalMask(g: GraphBuilder, q: string, k: string, offset?: string): string {
  const row = positionsAlong(g, q, 2);
  const column = g.node("Transpose", [positionsAlong(g, k, 2)], { perm: { ints: [0, 1, 3, 2] } });
  return g.node("GreaterOrEqual", [offset ? g.node("Add", [row, offset]) : row, column]);
}

/** [B, S, H D] as [B, H, S, D]. */
export function splitHeads(g: GraphBuilder, value: string, heads: number): string {
  const { shape } = g.type(value);
  const size = shape[2];
  const split = g.node("Reshape", [value, g.ints([0, 0, heads, typeof size === "number" ? size / heads : -1])]);
  return g.node("Transpose", [split], { perm: { ints: [0, 2, 1, 3] } });
}

/** [B, H, S, D] as [B, S, H D]. */
export function joinHeads(g: GraphBuilder, value: string): string {
  const rows = g.node("Transpose", [value], { perm: { ints: [0, 2, 1, 3] } });
  const [, , heads, size] = g.type(rows).shape;
  const width = typeof heads === "number" && typeof size === "number" ? heads * size : -1;
  return g.node("Reshape", [rows, g.ints([0, 0, width])]);
}
