// One pass over sparse rows that moves the dual variable of each to its own optimum.

import type { MappedSparse } from "./linearRows.ts";

/** What a pass over the rows left. */
export interface Moving {
  readonly beta: Float64Array;
  /** X^T beta by columns, each number divided by its column's range, and 1 / range^2 behind it: read together. */
  readonly weights: Float64Array;
  bias: number;
}

/** What of the problem a pass reads. */
export interface Conditions {
  readonly y: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** K_ii. */
  readonly curvature: Float64Array;
  readonly step: number;
}

/** Moves the variable of each row to its optimum; the largest error of those that moved. */
export function coordinatePass(
  { start, index, value }: MappedSparse,
  order: Int32Array,
  { y, lower, upper, curvature, step }: Conditions,
  moving: Moving,
): number {
  const { beta, weights } = moving;
  let bias = moving.bias;
  let worst = 0;
  for (const i of order) {
    const end = start[i + 1];
    let error = y[i] - bias;
    for (let k = start[i]; k < end; k++) error -= value[k] * weights[2 * index[k]];
    const optimum = Math.min(upper[i], Math.max(lower[i], beta[i] + error / (curvature[i] + step)));
    const change = optimum - beta[i];
    if (change === 0) continue;
    worst = Math.max(worst, Math.abs(error));
    beta[i] = optimum;
    bias += step * change;
    for (let k = start[i]; k < end; k++) {
      const at = 2 * index[k];
      weights[at] += change * value[k] * weights[at + 1];
    }
  }
  moving.bias = bias;
  return worst;
}
