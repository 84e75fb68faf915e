// Newcombe's intervals of a difference of two proportions: Wilson's intervals of both, squared and added.

import { checkCount, type Interval } from "./sample.ts";
import { wilson } from "./wilson.ts";

/** How often, among n paired observations, both events happened, only the first, only the second, or neither. */
export interface PairedCounts {
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
}

/** Counts of two events observed on the same points, each with 1 where it happened and 0 elsewhere. */
export function pairedCounts(first: Uint8Array, second: Uint8Array): PairedCounts {
  const count = (a: number, b: number) => first.reduce((sum, is, i) => sum + Number(is === a && second[i] === b), 0);
  return { both: count(1, 1), onlyFirst: count(1, 0), onlySecond: count(0, 1), neither: count(0, 0) };
}

/**
 * The interval of the difference of two proportions observed on the same n points, first minus second; `undefined` for
 * n = 0.
 *
 * With "wrong under attack" first and "wrong when clean" second it is that of the net increase of the error. The two
 * proportions are correlated by phi, corrected for continuity. Method 10 of R. G. Newcombe, Improved confidence
 * intervals for the difference between binomial proportions based on paired data, Statistics in Medicine 17 (1998)
 * 2635-2650. Throws an `InputError` on negative or fractional counts or a level outside (0, 1).
 *
 * @example
 * ```ts
 * import { newcombePaired } from "@carom/core/stats";
 *
 * const { estimate, low, high } = newcombePaired({ both: 5, onlyFirst: 20, onlySecond: 0, neither: 75 })!;
 * console.log(estimate, low > 0, high < 1); // 0.2 true true
 * ```
 */
export function newcombePaired(counts: PairedCounts, level = 0.95): Interval | undefined {
  const { both, onlyFirst, onlySecond, neither } = counts;
  for (const [name, count] of Object.entries(counts)) checkCount(`count "${name}"`, count);
  const n = both + onlyFirst + onlySecond + neither;
  const first = wilson(both + onlyFirst, n, level);
  const second = wilson(both + onlySecond, n, level);
  if (first === undefined || second === undefined) return undefined;
  return squareAndAdd(first, second, correctedPhi(counts), (onlyFirst - onlySecond) / n);
}

/**
 * The interval of the difference of two independent proportions, k1 of n1 minus k2 of n2; `undefined` where n1 or n2 is
 * 0.
 *
 * Method 10 of R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in
 * Medicine 17 (1998) 873-890. Throws an `InputError` as `wilson` does.
 */
export function newcombe(k1: number, n1: number, k2: number, n2: number, level = 0.95): Interval | undefined {
  const first = wilson(k1, n1, level);
  const second = wilson(k2, n2, level);
  if (first === undefined || second === undefined) return undefined;
  return squareAndAdd(first, second, 0, first.estimate - second.estimate);
}

function squareAndAdd(first: Interval, second: Interval, phi: number, estimate: number): Interval {
  const length = (a: number, b: number): number => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
  return {
    estimate,
    low: estimate - length(first.estimate - first.low, second.high - second.estimate),
    high: estimate + length(first.high - first.estimate, second.estimate - second.low),
  };
}

/** The phi coefficient of the 2 x 2 table; a positive one is drawn towards zero by n / 2 in its numerator. */
function correctedPhi({ both, onlyFirst, onlySecond, neither }: PairedCounts): number {
  const product = (both + onlyFirst) * (onlySecond + neither) * (both + onlySecond) * (onlyFirst + neither);
  if (product === 0) return 0;
  const n = both + onlyFirst + onlySecond + neither;
  const determinant = both * neither - onlyFirst * onlySecond;
  return (determinant > 0 ? Math.max(0, determinant - n / 2) : determinant) / Math.sqrt(product);
}
