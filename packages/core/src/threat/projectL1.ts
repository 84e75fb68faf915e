// The exact projection on the intersection of an L1 ball and a box.

import type { Vector } from "../linalg.ts";

/**
 * Replaces `point` by the nearest point z with ||z - center||_1 <= epsilon and lower <= z <= upper, up to rounding.
 *
 * The conditions of optimality give z - center = clip(sign(u) max(|u| - tau, 0), lower - center, upper - center) with
 * u = point - center and one tau >= 0 for all coordinates: 0 where that lies in the ball, else the tau at which the
 * norm is epsilon. That norm falls piecewise linearly in tau; it is solved by Newton steps kept inside a bracket, which
 * end exactly once no coordinate changes between zero, free and clipped.
 */
export function projectL1(
  point: Vector,
  center: Vector,
  epsilon: number,
  lower: Float64Array,
  upper: Float64Array,
): void {
  const d = point.length;
  if (sizes.length < d) {
    sizes = new Float64Array(d);
    rooms = new Float64Array(d);
  }
  let high = 0;
  let length = 0;
  let moving = 0;
  for (let i = 0; i < d; i++) {
    const u = point[i] - center[i];
    if (u === 0) continue;
    const size = Math.abs(u);
    const room = u > 0 ? upper[i] - center[i] : center[i] - lower[i];
    // What is no number is seen by all that is made of it.
    if (room === 0 && !Number.isNaN(u)) continue;
    sizes[moving] = size;
    rooms[moving++] = room;
    length += Math.min(size, room);
    high = Math.max(high, room > 0 ? size : 0);
  }
  const tau = length > epsilon ? solveThreshold(epsilon, high, moving) : 0;
  for (let i = 0; i < d; i++) {
    const u = point[i] - center[i];
    const room = u > 0 ? upper[i] - center[i] : center[i] - lower[i];
    const move = Math.min(Math.max(Math.abs(u) - tau, 0), room);
    point[i] = u > 0 ? center[i] + move : center[i] - move;
  }
}

/**
 * The tau in (0, high) at which sum min(max(|u_i| - tau, 0), room_i) is epsilon. Once tau is known to be larger than
 * some |u_i|, those are not gone through again: of a million features few are left after some passes.
 */
function solveThreshold(epsilon: number, highest: number, count: number): number {
  let low = 0;
  let high = highest;
  let tau = 0;
  for (let pass = 0; pass < 200; pass++) {
    let value = 0;
    let free = 0;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const size = sizes[i];
      if (size <= low) continue;
      const room = rooms[i];
      sizes[left] = size;
      rooms[left++] = room;
      const move = size - tau;
      if (move <= 0) continue;
      if (move < room) {
        value += move;
        free++;
      } else value += room;
    }
    count = left;
    if (value > epsilon) low = tau;
    else high = tau;
    const next = free > 0 ? tau + (value - epsilon) / free : Number.NaN;
    if (Math.abs(next - tau) <= 1e-15 * highest) return next;
    tau = next > low && next < high ? next : (low + high) / 2;
    if (high - low <= 1e-16 * highest) return high;
  }
  return high;
}

// Working memory, kept between calls so that a projection allocates nothing: |u_i| and the room up to the bound.
let sizes = new Float64Array(0);
let rooms = new Float64Array(0);
