// Spearman's rank correlation.

import { correlation, correlationP } from "./pearson.ts";
import { ranks } from "./ranks.ts";
import { checkPairs, type Sample, type TestResult } from "./sample.ts";

/**
 * Spearman's rho, the correlation of the ranks, with the p-value of no association; `undefined` where a sample is
 * constant or has fewer than two numbers.
 *
 * Ties share their mean rank. The p-value is that of Student's t with n - 2 degrees of freedom, an approximation.
 * Equals `scipy.stats.spearmanr`, but that two pairs have p = 1 and not NaN. Throws an `InputError` on samples that are
 * not finite or not paired.
 */
export function spearman(x: Sample, y: Sample): TestResult | undefined {
  checkPairs(x, y);
  const rho = correlation(ranks(x), ranks(y));
  return rho === undefined ? undefined : { statistic: rho, p: correlationP(rho, x.length), n: x.length };
}
