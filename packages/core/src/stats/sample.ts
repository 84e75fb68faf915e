// What goes in (samples of finite numbers) and what comes out (intervals, tests): the edge of this folder.

import { InputError } from "../errors.ts";

/** A sample: an array of finite numbers, plain or typed. */
export type Sample = ArrayLike<number>;

/** A point estimate with the ends of its confidence interval. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** A test statistic, its two-sided p-value in [0, 1] and the number of observations it rests on. */
export interface TestResult {
  readonly statistic: number;
  readonly p: number;
  readonly n: number;
}

/**
 * How a p-value is computed: from the distribution of the statistic, from its normal limit, or as the sample allows.
 */
export type PMethod = "auto" | "exact" | "asymptotic";

/** Throws an `InputError` unless every number of the sample is finite. */
export function checkSample(name: string, x: Sample): void {
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i])) {
      throw new InputError("invalid", `sample ${name}`, {
        expected: "finite numbers",
        got: `${x[i]} at index ${i}`,
        remedy: "leave out the observations that have no value",
      });
    }
  }
}

/** Throws an `InputError` unless both samples are finite and of one length. */
export function checkPairs(x: Sample, y: Sample): void {
  if (x.length !== y.length) {
    throw new InputError("invalid", "paired samples", {
      expected: "two of one length",
      got: `${x.length} and ${y.length} numbers`,
      remedy: "give one y for every x",
    });
  }
  checkSample("x", x);
  checkSample("y", y);
}

/** Throws an `InputError` unless the confidence level lies strictly between 0 and 1. */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) {
    throw new InputError("invalid", "confidence level", {
      expected: "a number between 0 and 1",
      got: `${level}`,
      remedy: "0.95 is usual",
    });
  }
}

/** Throws an `InputError` unless the value is a whole number of at least `least`. */
export function checkCount(name: string, value: number, least = 0): void {
  if (!(Number.isSafeInteger(value) && value >= least)) {
    throw new InputError("invalid", name, {
      expected: `a whole number, at least ${least}`,
      got: `${value}`,
      remedy: "give a count",
    });
  }
}

/** Whether all numbers are the same; true of the empty sample. */
export function isConstant(x: Sample): boolean {
  for (let i = 1; i < x.length; i++) if (x[i] !== x[0]) return false;
  return true;
}
