// Directions without a unit, about 1 in size in each feature, and points moved along them.

import type { Vector } from "../linalg.ts";
import { type AttackContext, type Points, rowOf } from "./attack.ts";

/**
 * A gradient as a direction: u_j g_j / mean_k u_k |g_k|, where u are the units of the norm, 1 where there are none; 0
 * where all is 0.
 *
 * Source: Dong et al., CVPR 2018 (MI-FGSM), for features of one unit.
 */
export function direction(gradient: Vector, units: Float64Array | undefined): Float64Array {
  const inUnits = new Float64Array(gradient);
  if (units) for (let j = 0; j < inUnits.length; j++) inUnits[j] *= units[j];
  let size = 0;
  for (let j = 0; j < inUnits.length; j++) size += Math.abs(inUnits[j]) / inUnits.length;
  const scale = size > 0 ? 1 / size : 0;
  for (let j = 0; j < inUnits.length; j++) inUnits[j] *= scale;
  return inUnits;
}

/** The Euclidean length of a gradient by features in the units of a norm, 1 where there are none. */
export function euclideanLength(gradient: Vector, units: Float64Array | undefined): number {
  let sum = 0;
  for (let j = 0; j < gradient.length; j++) sum += (units ? units[j] * gradient[j] : gradient[j]) ** 2;
  return Math.sqrt(sum);
}

/**
 * The points moved along directions, one row for each, and brought into their bounds: x_j + length budget u_j z_j /
 * corner. Where all |z_j| are 1, the norm of the move is `length` budgets, whatever norm it is.
 */
export function displaced(
  context: Pick<AttackContext, "budget" | "clip" | "corner" | "units">,
  points: Points,
  indices: Int32Array,
  directions: Points,
  length: number,
): Points {
  const moved = displacedFreely(context, points, indices, directions, length);
  context.clip(moved, indices);
  return moved;
}

/** The same, wherever that leads. */
export function displacedFreely(
  { budget, corner, units }: Pick<AttackContext, "budget" | "corner" | "units">,
  points: Points,
  indices: Int32Array,
  directions: Points,
  length: number,
): Points {
  const moved = { ...points, data: points.data.slice() };
  indices.forEach((i, row) => {
    const [point, along] = [rowOf(moved, row), rowOf(directions, row)];
    const scale = (length * budget(i)) / corner;
    for (let j = 0; j < point.length; j++) point[j] += scale * (units ? units[j] * along[j] : along[j]);
  });
  return moved;
}
