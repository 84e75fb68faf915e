// Wilcoxon's signed-rank test.

import { normalTwoSided } from "./normal.ts";
import { ranks, tieSizes } from "./ranks.ts";
import { checkSample, type PMethod, type Sample, type TestResult } from "./sample.ts";

interface WilcoxonOptions {
  /** "auto": exact for at most 50 differences without zeros or ties, asymptotic otherwise. */
  readonly method?: PMethod;
}

/**
 * The signed-rank test of paired differences: whether they are symmetric about zero; `undefined` where no difference is
 * left after the zeros are dropped. Differences of computed numbers: see `pairedDifferences`.
 *
 * The statistic is the smaller of the rank sums of the positive and of the negative differences, n the number of
 * non-zero ones. The exact p-value counts all 2^n signs of the ranks at hand, tied or not; the asymptotic one corrects
 * the variance for ties and applies no continuity correction. Equals `scipy.stats.wilcoxon` of SciPy 1.10 with
 * zero_method "wilcox" and correction False, at method "exact" (without ties) and "approx". SciPy's own "auto" reads
 * tied ranks off the table for untied ones. Throws an `InputError` on a difference that is not finite.
 */
export function wilcoxon(differences: Sample, options: WilcoxonOptions = {}): TestResult | undefined {
  checkSample("differences", differences);
  const kept = Array.from(differences).filter((difference) => difference !== 0);
  const n = kept.length;
  if (n === 0) return undefined;
  const magnitudes = kept.map(Math.abs);
  const rank = ranks(magnitudes);
  const positive = rank.reduce((sum, r, i) => (kept[i] > 0 ? sum + r : sum), 0);
  const smaller = Math.min(positive, (n * (n + 1)) / 2 - positive);

  const sizes = tieSizes(magnitudes);
  const { method = "auto" } = options;
  const plain = differences.length <= 50 && n === differences.length && sizes.length === n;
  const exact = method === "exact" || (method === "auto" && plain);
  return { statistic: smaller, p: exact ? exactP(rank, smaller) : asymptoticP(n, sizes, smaller), n };
}

function asymptoticP(n: number, sizes: readonly number[], smaller: number): number {
  const tied = sizes.reduce((sum, t) => sum + t ** 3 - t, 0);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tied / 48;
  return normalTwoSided((smaller - (n * (n + 1)) / 4) / Math.sqrt(variance));
}

/** Twice the probability that the ranks with random signs have a positive sum of at most `smaller`. */
function exactP(rank: Float64Array, smaller: number): number {
  // Mean ranks are halves: doubled they are integers, and index the distribution.
  const probability = new Float64Array(2 * smaller + 1);
  probability[0] = 1;
  for (const r of rank) {
    for (let s = 2 * smaller; s >= 0; s--) {
      probability[s] = (probability[s] + (s >= 2 * r ? probability[s - 2 * r] : 0)) / 2;
    }
  }
  return Math.min(1, 2 * probability.reduce((sum, value) => sum + value, 0));
}
