// McNemar's exact test of two proportions observed on the same points.

import type { PairedCounts } from "./newcombe.ts";
import { checkCount, type TestResult } from "./sample.ts";
import { fairCoinP } from "./signTest.ts";

/**
 * McNemar's test: whether an event is as probable in the first of two conditions as in the second, from observations
 * paired point by point. Only points where the conditions differ say something, and each says the first or the second
 * with probability 1/2 if they are equally probable.
 *
 * The statistic is the number of points with the event in the first condition only, n the number of points where the
 * conditions differ, and p the exact two-sided one of the binomial distribution; 1 where they differ nowhere. Equals
 * `statsmodels.stats.contingency_tables.mcnemar(table, exact=True)`. Q. McNemar, Note on the sampling error of the
 * difference between correlated proportions or percentages, Psychometrika 12 (1947) 153-157. Throws an `InputError` on
 * negative or fractional counts.
 */
export function mcnemar(counts: PairedCounts): TestResult {
  for (const [name, count] of Object.entries(counts)) checkCount(`count "${name}"`, count);
  const { onlyFirst, onlySecond } = counts;
  return { statistic: onlyFirst, p: fairCoinP(onlyFirst, onlySecond), n: onlyFirst + onlySecond };
}
