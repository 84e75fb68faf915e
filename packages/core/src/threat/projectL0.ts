// The exact projection on the points of a box that differ from its center in few features.

import type { Vector } from "../linalg.ts";

/**
 * Sets all but the `count` blocks of a move to 0 by whose keeping it comes nearest to the one that was wanted, in
 * place. `move` is the nearest admissible one of `wanted`, block by block. A block is one feature, or where `blocks`
 * are given all features of one number; features of -1 are not counted and stay.
 *
 * Keeping a block b brings the square of the distance down by ||u||^2 - ||u - p||^2 = p . (2 u - p), with its wanted
 * move u and the admissible one p. What other blocks do does not change that, so the largest of these are the optimum;
 * of equals the first are kept.
 */
export function keepLargest(wanted: Vector, move: Float64Array, count: number, blocks?: Int32Array): void {
  const d = move.length;
  const gains = new Float64Array(d);
  for (let j = 0; j < d; j++) {
    const block = blocks ? blocks[j] : j;
    if (block >= 0) gains[block] += move[j] * (2 * wanted[j] - move[j]);
  }
  const moving: number[] = [];
  for (let block = 0; block < d; block++) if (gains[block] > 0) moving.push(block);
  const kept = new Uint8Array(d);
  if (moving.length > count) moving.sort((a, b) => gains[b] - gains[a] || a - b);
  for (const block of moving.slice(0, Math.floor(count))) kept[block] = 1;
  for (let j = 0; j < d; j++) {
    const block = blocks ? blocks[j] : j;
    if (block >= 0 && kept[block] === 0) move[j] = 0;
  }
}

/**
 * Replaces `point` by the nearest point z with lower <= z <= upper that differs from the center in at most `count`
 * features, those of a block counted once (`keepLargest`).
 */
export function projectL0(
  point: Vector,
  center: Vector,
  count: number,
  lower: Float64Array,
  upper: Float64Array,
  blocks?: Int32Array,
): void {
  const [wanted, nearest, move] = [0, 1, 2].map(() => new Float64Array(point.length));
  // Loops: an iterator over a million features takes a hundred times as long.
  for (let j = 0; j < point.length; j++) {
    wanted[j] = point[j] - center[j];
    nearest[j] = Math.min(Math.max(point[j], lower[j]), upper[j]);
    move[j] = nearest[j] - center[j];
  }
  keepLargest(wanted, move, count, blocks);
  for (let j = 0; j < point.length; j++) point[j] = move[j] === 0 ? center[j] : nearest[j];
}
