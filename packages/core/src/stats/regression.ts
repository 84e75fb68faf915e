// The least-squares line of a scatter plot and the confidence band around it.

import { checkLevel, checkPairs, type Interval, isConstant, type Sample } from "./sample.ts";
import { studentCritical } from "./student.ts";

/** A fitted line y = intercept + slope x, with what its confidence band needs. */
export interface RegressionLine {
  readonly slope: number;
  readonly intercept: number;
  readonly n: number;
  /** The mean of x, where the band is narrowest. */
  readonly centre: number;
  /** The sum of (x_i - centre)^2. */
  readonly spread: number;
  /** The residual standard deviation, sqrt(RSS / (n - 2)); `undefined` for n = 2. */
  readonly residual: number | undefined;
}

/**
 * The line through the points with the least sum of squared vertical distances; `undefined` where x is constant or has
 * fewer than two numbers. Throws an `InputError` on samples that are not finite or not paired.
 */
export function regression(x: Sample, y: Sample): RegressionLine | undefined {
  checkPairs(x, y);
  if (isConstant(x)) return undefined;
  const n = x.length;
  let centre = 0;
  let level = 0;
  for (let i = 0; i < n; i++) {
    centre += x[i] / n;
    level += y[i] / n;
  }
  let spread = 0;
  let product = 0;
  for (let i = 0; i < n; i++) {
    spread += (x[i] - centre) ** 2;
    product += (x[i] - centre) * (y[i] - level);
  }
  const slope = product / spread;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (y[i] - level - slope * (x[i] - centre)) ** 2;
  const residual = n > 2 ? Math.sqrt(squares / (n - 2)) : undefined;
  return { slope, intercept: level - slope * centre, n, centre, spread, residual };
}

/**
 * The pointwise confidence interval of the line's height at x; `undefined` for a line through two points.
 *
 * Height plus or minus t s sqrt(1 / n + (x - centre)^2 / spread), t of Student's distribution with n - 2 degrees of
 * freedom. Throws an `InputError` on a level outside (0, 1).
 */
export function confidenceBand(line: RegressionLine, x: number, level = 0.95): Interval | undefined {
  checkLevel(level);
  if (line.residual === undefined) return undefined;
  const estimate = line.intercept + line.slope * x;
  const error = line.residual * Math.sqrt(1 / line.n + (x - line.centre) ** 2 / line.spread);
  const half = studentCritical(1 - level, line.n - 2) * error;
  return { estimate, low: estimate - half, high: estimate + half };
}
