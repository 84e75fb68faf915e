// The exact projection on the intersection of an L2 ball and a box.

import type { Vector } from "../linalg.ts";

/**
 * Replaces `point` by the nearest point z with ||z - center||_2 <= epsilon and lower <= z <= upper, up to rounding.
 *
 * The conditions of optimality give z = center + clip(s u, lower - center, upper - center) with u = point - center
 * and one s in (0, 1] for all coordinates: s = 1 where that lies in the ball, else the s at which the norm is epsilon.
 * Coordinate i meets its bound at s = t_i. Starting from s = epsilon / ||u||, which is too small, s is solved for with
 * the coordinates that have met their bounds so far held there; it rises until no further one does. Each pass looks
 * only at coordinates that are still free.
 *
 * The sign of u and min(s, t) are written as arithmetic, because branches on them cannot be predicted and would take
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
  if (meets.length < d) reserve(d);
  let length = 0;
  let clippedLength = 0;
  for (let i = 0; i < d; i++) {
    const u = point[i] - center[i];
    const size = Math.abs(u);
    const square = u * u;
    // The way to the bound, divided by u: half the width less how far the center lies towards that bound.
    const offset = center[i] - (upper[i] + lower[i]) / 2;
    const t = (((upper[i] - lower[i]) / 2) * size - u * offset) / (square + TINY);
    meets[i] = t;
    squares[i] = square;
    length += square;
    const scale = least(1, t);
    clippedLength += scale * scale * square;
  }
  const radius = epsilon * epsilon;
  const s = clippedLength > radius ? solveScale(radius, length, d) : 1;
  for (let i = 0; i < d; i++) point[i] = center[i] + least(s, meets[i]) * (point[i] - center[i]);
}

/** Keeps the quotient finite where a coordinate does not move. */
const TINY = 1e-300;

/** min(a, b) without a branch. */
function least(a: number, b: number): number {
  return (a + b - Math.abs(a - b)) / 2;
}

/** The s at which sum min(s, t_i)^2 u_i^2 over d coordinates is the squared radius. */
function solveScale(radius: number, length: number, d: number): number {
  let s = Math.sqrt(radius / length);
  let fixed = 0;
  let count = d;
  for (let i = 0; i < d; i++) free[i] = i;
  for (;;) {
    let left = 0;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const i = free[k];
      const t = meets[i];
      if (t <= s) fixed += t * t * squares[i];
      else {
        sum += squares[i];
        free[left++] = i;
      }
    }
    if (left === count || left === 0) return s;
    count = left;
    s = Math.max(s, Math.sqrt(Math.max(0, radius - fixed) / sum));
  }
}

// Working memory, kept between calls so that a projection allocates nothing: t_i, u_i^2, and the free coordinates.
let meets = new Float64Array(0);
let squares = new Float64Array(0);
let free = new Int32Array(0);

function reserve(d: number): void {
  meets = new Float64Array(d);
  squares = new Float64Array(d);
  free = new Int32Array(d);
}
