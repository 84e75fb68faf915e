// Pearson's product-moment correlation.

import { checkPairs, isConstant, type Sample, type TestResult } from "./sample.ts";
import { incompleteBeta } from "./special.ts";

/**
 * Pearson's correlation of paired samples with the p-value of no correlation; `undefined` where a sample is constant
 * or has fewer than two numbers.
 *
 * The p-value is that of t = r sqrt((n - 2) / (1 - r^2)) under Student's t with n - 2 degrees of freedom, exact for
 * independent pairs and one normal sample; 1 for n = 2. Pairs that share rows and columns are not independent: see
 * `mantel`. Equals `scipy.stats.pearsonr`. Throws an `InputError` on samples that are not finite or not paired.
 *
 * @example
 * ```ts
 * import { pearson } from "@carom/core/stats";
 *
 * console.log(pearson([1, 2, 3], [2, 4, 6])?.statistic); // 1
 * ```
 */
export function pearson(x: Sample, y: Sample): TestResult | undefined {
  checkPairs(x, y);
  const r = correlation(x, y);
  return r === undefined ? undefined : { statistic: r, p: correlationP(r, x.length), n: x.length };
}

/** The cosine of the angle between the centred samples. */
export function correlation(x: Sample, y: Sample): number | undefined {
  if (isConstant(x) || isConstant(y)) return undefined;
  const u = centred(x);
  const v = centred(y);
  let uu = 0;
  let uv = 0;
  let vv = 0;
  for (let i = 0; i < u.length; i++) {
    uu += u[i] * u[i];
    uv += u[i] * v[i];
    vv += v[i] * v[i];
  }
  // One root of the product, not a product of roots: the correlation of integers with themselves is exactly 1.
  return Math.max(-1, Math.min(1, uv / Math.sqrt(uu * vv)));
}

/** The two-sided p-value of a correlation r of n pairs, I_{1 - r^2}(n / 2 - 1, 1 / 2). */
export function correlationP(r: number, n: number): number {
  return n === 2 ? 1 : incompleteBeta((1 - r) * (1 + r), n / 2 - 1, 0.5, r * r);
}

/**
 * The sample less its mean, times a power of two (which rounds nothing) that keeps squares from over- and underflowing.
 */
function centred(x: Sample): Float64Array {
  let largest = 0;
  for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(x[i]));
  const scale = 2 ** -Math.max(-1000, Math.floor(Math.log2(largest)));
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * scale;
  const centre = sum / x.length;
  const result = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) result[i] = x[i] * scale - centre;
  return result;
}
