// The exact projection on the intersection of an L2 ball and a box, in plain loops: what `projectL2Loop.ts` compiles.

import type { Vector } from "../linalg.ts";

/**
 * Replaces `point` by the nearest point z with ||z - center||_2 <= epsilon and lower <= z <= upper, up to rounding.
 *
 * The conditions of optimality give z = center + clip(s u, lower - center, upper - center) with u = point - center
 * and one s in (0, 1] for all coordinates: s = 1 where that lies in the ball, else the s at which the norm is epsilon.
 * As a function of s^2 the squared norm is piecewise linear, increasing and concave, so Newton's method ends at a
 * point below the root after its first step, wherever it starts, and from there rises to the root in finitely many.
 *
 * Which coordinates have met their bounds is written as arithmetic: branches on it cannot be predicted and would take
 * most of the time.
 */
export function projectL2(
  point: Vector,
  center: Vector,
  epsilon: number,
  lower: Float64Array,
  upper: Float64Array,
): void {
  const d = point.length;
  if (memory.length < 3 * d) memory = new Float64Array(3 * d);
  const moves = memory;
  // The bound that each coordinate moves towards, from the center, stands d behind its move; d behind that stands where
  // the move ends in the box.
  let [length, free, held] = [0, 0, 0];
  for (let i = 0; i < d; i++) {
    const move = point[i] - center[i];
    const bound = lower[i] - center[i] + Number(move > 0) * (upper[i] - lower[i]);
    moves[i] = move;
    moves[d + i] = bound;
    const square = move * move;
    const most = bound * bound;
    const isFree = Number(most > square);
    moves[2 * d + i] = center[i] + isFree * move + (1 - isFree) * bound;
    length += square;
    free += isFree * square;
    held += (1 - isFree) * most;
  }
  const radius = epsilon * epsilon;
  if (!(held + free > radius)) {
    for (let i = 0; i < d; i++) point[i] = moves[2 * d + i];
    return;
  }
  let s = Math.sqrt(radius / length);
  if (free > 0) s = Math.max(s, Math.sqrt(Math.max(0, radius - held) / free));
  // Each pass writes the point for one s and measures it for the next.
  for (;;) {
    [free, held] = [0, 0];
    for (let i = 0; i < d; i++) {
      const move = s * moves[i];
      const bound = moves[d + i];
      const square = move * move;
      const most = bound * bound;
      const isFree = Number(most > square);
      point[i] = center[i] + isFree * move + (1 - isFree) * bound;
      free += isFree * square;
      held += (1 - isFree) * most;
    }
    if (s === 1 || free === 0) return;
    const next = s * Math.sqrt(Math.max(0, radius - held) / free);
    if (!(next > s * (1 + ROUNDING))) return;
    s = next;
  }
}

/** A step of Newton's method that rises by less, relatively, is rounding. */
export const ROUNDING = 1e-13;

// Working memory, kept between calls so that a projection allocates nothing.
let memory = new Float64Array(0);
