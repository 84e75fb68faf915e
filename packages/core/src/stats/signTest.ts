// The exact two-sided sign test.

import { checkSample, type Sample, type TestResult } from "./sample.ts";
import { incompleteBeta } from "./special.ts";

/**
 * The sign test of paired differences: whether positive and negative ones are equally probable; `undefined` where no
 * difference is left after the zeros are dropped. Differences of computed numbers: see `pairedDifferences`.
 *
 * The statistic is the number k of positive differences, n the number of non-zero ones, and
 * p = min(1, 2 P(X <= min(k, n - k))) for X binomial (n, 1/2). Equals `scipy.stats.binomtest(k, n, 0.5)`. Throws an
 * `InputError` on a difference that is not finite.
 */
export function signTest(differences: Sample): TestResult | undefined {
  checkSample("differences", differences);
  let positive = 0;
  let n = 0;
  for (let i = 0; i < differences.length; i++) {
    if (differences[i] > 0) positive++;
    if (differences[i] !== 0) n++;
  }
  return n === 0 ? undefined : { statistic: positive, p: fairCoinP(positive, n - positive), n };
}

/**
 * The two-sided p-value of so many heads and tails of a fair coin, at least as uneven as these: 1 where there are none.
 */
export function fairCoinP(heads: number, tails: number): number {
  if (heads === tails) return 1;
  const fewer = Math.min(heads, tails);
  // P(X <= k) = I_{1/2}(n - k, k + 1).
  return Math.min(1, 2 * incompleteBeta(0.5, Math.max(heads, tails), fewer + 1));
}
