// Mean, spread and quantiles of one sample.

import { assert } from "../errors.ts";
import { checkSample, type Sample } from "./sample.ts";

/** The arithmetic mean; `undefined` of no numbers. Throws an `InputError` on a number that is not finite. */
export function mean(x: Sample): number | undefined {
  checkSample("x", x);
  if (x.length === 0) return undefined;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i];
  return sum / x.length;
}

/**
 * The unbiased sample variance, sum (x_i - mean)^2 / (n - 1); `undefined` of fewer than two numbers.
 *
 * The squared sum of the deviations, zero but for rounding, corrects that of their squares (Chan, Golub and LeVeque
 * 1983). Throws an `InputError` on a number that is not finite.
 */
export function variance(x: Sample): number | undefined {
  const centre = mean(x);
  if (centre === undefined || x.length < 2) return undefined;
  let squares = 0;
  let deviations = 0;
  for (let i = 0; i < x.length; i++) {
    squares += (x[i] - centre) ** 2;
    deviations += x[i] - centre;
  }
  return Math.max(0, (squares - deviations ** 2 / x.length) / (x.length - 1));
}

/** The square root of the unbiased sample variance; `undefined` of fewer than two numbers. */
export function standardDeviation(x: Sample): number | undefined {
  const square = variance(x);
  return square === undefined ? undefined : Math.sqrt(square);
}

/** The standard error of the mean, sqrt(variance / n); `undefined` of fewer than two numbers. */
export function standardError(x: Sample): number | undefined {
  const square = variance(x);
  return square === undefined ? undefined : Math.sqrt(square / x.length);
}

/**
 * The quantile at a probability in [0, 1], linear between order statistics; `undefined` of no numbers.
 *
 * Type 7 of Hyndman and Fan (1996), as in NumPy and R: position p (n - 1) among the sorted numbers. Throws an
 * `InputError` on a number that is not finite.
 */
export function quantile(x: Sample, probability: number): number | undefined {
  assert(probability >= 0 && probability <= 1, `quantile needs a probability, got ${probability}`);
  checkSample("x", x);
  if (x.length === 0) return undefined;
  const sorted = Float64Array.from(x).sort();
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
