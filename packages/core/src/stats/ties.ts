// Ties among computed numbers: what differs by no more than rounding is equal.

import { checkPairs, type Sample } from "./sample.ts";

/**
 * How far two float64 numbers may lie apart, as a share of the larger magnitude, that would be equal without rounding:
 * 2^-42.
 *
 * The mean of m numbers, each rounded once, is off by at most (m + 1) u of the largest of them, u = 2^-53: m - 1 sums,
 * one division, and what came in. A mean of k means is off by what they are and (k + 1) u. Two computed numbers with up
 * to 2^10 roundings each on their way so lie at most 2^-42 apart. Shares of n points averaged over m models differ by
 * at least 1 / (n m) where they differ, which is more as long as n m < 2^42.
 */
export const ROUNDING = 2 ** -42;

/**
 * The same for cosines of gradients, absolutely: 2^-22. Gradients are float32, so each component is off by 2^-24 of
 * itself, a direction by as much, the cosine of two by 2^-23, and two cosines lie within twice that.
 */
export const COSINE_ROUNDING = 2 ** -22;

/** The largest magnitude of a sample; 0 of none. */
export function largestMagnitude(x: Sample): number {
  let largest = 0;
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]));
  return largest;
}

/** Whether a is greater than b by more than rounding. */
export function exceeds(a: number, b: number): boolean {
  return a - b > ROUNDING * Math.max(Math.abs(a), Math.abs(b));
}

/**
 * The sample with numbers that are equal but for rounding made equal, in its order: in ascending order, a number that
 * lies within `tolerance` of the one before it becomes that. Ranks and tests of it then see ties as ties.
 */
export function tied(x: Sample, tolerance: number = ROUNDING * largestMagnitude(x)): Float64Array {
  const order = Uint32Array.from({ length: x.length }, (_, i) => i).sort((a, b) => x[a] - x[b]);
  const result = Float64Array.from(x);
  for (let i = 1; i < order.length; i++) {
    if (x[order[i]] - x[order[i - 1]] <= tolerance) result[order[i]] = result[order[i - 1]];
  }
  return result;
}

/**
 * Differences x_i - y_i for `signTest` and `wilcoxon`: exactly 0 where the two are equal but for rounding, and of
 * exactly one magnitude where their magnitudes are. `tolerance` is absolute; by default `ROUNDING` of the largest
 * number of both samples. Throws an `InputError` on samples that are not finite or not paired.
 */
export function pairedDifferences(
  x: Sample,
  y: Sample,
  tolerance: number = ROUNDING * Math.max(largestMagnitude(x), largestMagnitude(y)),
): Float64Array {
  checkPairs(x, y);
  const differences = Float64Array.from(x, (value, i) => value - y[i]);
  const magnitudes = tied([0, ...differences.map(Math.abs)], tolerance);
  return differences.map((difference, i) => Math.sign(difference) * magnitudes[i + 1]);
}
