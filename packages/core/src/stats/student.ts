// Student's t distribution.

import { assert } from "../errors.ts";
import { mean, standardError } from "./describe.ts";
import type { Interval } from "./sample.ts";
import { incompleteBeta } from "./special.ts";

/** The probability that a t variable with the given degrees of freedom is at least |t| away from zero. */
export function studentTwoSided(t: number, degrees: number): number {
  const square = t * t;
  if (square === Number.POSITIVE_INFINITY) return 0;
  const total = degrees + square;
  return incompleteBeta(degrees / total, degrees / 2, 0.5, square / total);
}

/**
 * The t >= 0 that a t variable exceeds in absolute value with probability p, for p in (0, 1].
 *
 * Bisection down to neighbouring doubles: slow, never wrong, called once per figure.
 */
export function studentCritical(p: number, degrees: number): number {
  assert(p > 0 && p <= 1 && degrees > 0, `studentCritical is not defined at p=${p}, degrees=${degrees}`);
  let low = 0;
  let high = 1;
  while (studentTwoSided(high, degrees) > p) high *= 2;
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (studentTwoSided(middle, degrees) > p) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The mean of independent values of a normal distribution with an interval that holds the expectation but for a
 * fraction p of samples; unbounded for one value, which says nothing of how values differ.
 */
export function studentInterval(values: readonly number[], p = 0.05): Interval {
  const estimate = mean(values);
  assert(estimate !== undefined, "studentInterval needs a value");
  const error = standardError(values);
  const half = error === undefined ? Number.POSITIVE_INFINITY : studentCritical(p, values.length - 1) * error;
  return { estimate, low: estimate - half, high: estimate + half };
}
