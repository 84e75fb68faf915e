// The standard normal distribution.

import { assert } from "../errors.ts";
import { erfc } from "./special.ts";

/** The probability that a standard normal variable is at most z. Relative error about 1e-13 in the lower tail. */
export function normalCdf(z: number): number {
  return erfc(-z * Math.SQRT1_2) / 2;
}

/** The probability that a standard normal variable is at least |z| away from zero: a two-sided p-value. */
export function normalTwoSided(z: number): number {
  return erfc(Math.abs(z) * Math.SQRT1_2);
}

/**
 * The z with `normalCdf(z) === p`, for p in [0, 1]; infinite at the ends.
 *
 * Newton's method on the logarithm of the tail. That logarithm is concave, so the iteration comes down to the root from
 * sqrt(-2 log p), an upper bound of it, and cannot overshoot.
 */
export function normalQuantile(p: number): number {
  assert(p >= 0 && p <= 1, `normalQuantile needs a probability, got ${p}`);
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 0.5) return 0;
  let z = Math.sqrt(-2 * Math.log(p));
  for (let i = 0; i < 50; i++) {
    const tail = normalCdf(-z);
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    const step = (Math.log(tail / p) * tail) / density;
    z += step;
    if (Math.abs(step) <= 4e-16 * z) break;
  }
  return -z;
}
