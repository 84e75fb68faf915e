// Which surrogate to take before anything is attacked, and how well such a ranking agreed with what happened.

import type { Stream } from "../random.ts";
import { bootstrap } from "../stats/bootstrap.ts";
import { mean } from "../stats/describe.ts";
import { kendall } from "../stats/kendall.ts";
import { ranks } from "../stats/ranks.ts";
import type { Interval } from "../stats/sample.ts";
import { spearman } from "../stats/spearman.ts";
import { COSINE_ROUNDING, largestMagnitude, tied } from "../stats/ties.ts";

/** What is known of a candidate for one target without any attack. */
export interface Candidate {
  readonly surrogate: string;
  /** Mean gradient alignment R with the target. */
  readonly alignment?: number;
  /** First-order rise of the target's loss per unit of budget: at R = 1 it is S of the target. */
  readonly linearised?: number;
  /** Loss variability V of the surrogate's learner. */
  readonly variability?: number;
  /** Input-gradient size S of the surrogate itself. */
  readonly size?: number;
  /** Correlation of margins with the target's. */
  readonly marginCorrelation?: number;
  /** Share of points on which labels agree. */
  readonly labelAgreement?: number;
}

/** Predictors by name: which fact, and whether more of it promises more transfer (1) or less (-1). */
export const predictors = {
  linearised: 1,
  alignment: 1,
  variability: -1,
  marginCorrelation: 1,
  labelAgreement: 1,
} as const satisfies Partial<Record<keyof Candidate, 1 | -1>>;

/** The name of what surrogates can be ranked by. */
export type Predictor = keyof typeof predictors;

interface RankedCandidate {
  readonly surrogate: string;
  /** Mean rank over the predictors that all candidates have; higher promises more transfer. */
  readonly score: number;
}

/** Surrogates ranked by how promising they are before anything is attacked. */
export interface Advice {
  /** The most promising first; equal scores in the order given. */
  readonly ranking: readonly RankedCandidate[];
  /** The predictors that were used: those known of every candidate. */
  readonly used: readonly Predictor[];
}

/**
 * Ranks candidates for one target by the mean of their ranks under each predictor that is known of all of them.
 *
 * Ranks have no units, so no weights have to be chosen; `linearised` is R and the target's S in one, so `alignment`
 * is used only where that is unknown. No predictor known of all: no advice, `undefined`.
 *
 * @example
 * ```ts
 * import { surrogateAdvice } from "@carom/core/transfer";
 *
 * const advice = surrogateAdvice([
 *   { surrogate: "ridge", alignment: 0.2 },
 *   { surrogate: "mlp", alignment: 0.7 },
 * ]);
 * console.log(advice?.ranking.map(({ surrogate }) => surrogate)); // [ 'mlp', 'ridge' ]
 * ```
 */
export function surrogateAdvice(candidates: readonly Candidate[]): Advice | undefined {
  const known = (Object.keys(predictors) as Predictor[]).filter((name) =>
    candidates.every((candidate) => candidate[name] !== undefined),
  );
  const used = known.filter((name) => !(name === "alignment" && known.includes("linearised")));
  if (used.length === 0 || candidates.length === 0) return undefined;
  const byPredictor = used.map((name) => {
    const values = candidates.map((candidate) => predictors[name] * candidate[name]!);
    // What gradients say is known to their own rounding, that of float32.
    const isOfGradients = name === "linearised" || name === "alignment";
    return ranks(isOfGradients ? tied(values, COSINE_ROUNDING * largestMagnitude(values)) : tied(values));
  });
  const scored = candidates.map(({ surrogate }, i) => ({ surrogate, score: mean(byPredictor.map((row) => row[i]))! }));
  return { ranking: scored.sort((a, b) => b.score - a.score), used };
}

/** How well an advised ranking agrees with the observed one. */
export interface Agreement {
  readonly kendall: Interval;
  readonly spearman: Interval;
  /** Number of candidates. */
  readonly n: number;
}

/**
 * Rank correlation of predicted and observed transfer over candidates, with percentile bootstrap intervals over them;
 * `undefined` below three candidates, or where either is the same for all.
 */
export function rankingAgreement(
  predicted: readonly number[],
  observed: readonly number[],
  random: Stream,
): Agreement | undefined {
  const n = predicted.length;
  if (n < 3) return undefined;
  const errors = tied(observed);
  const interval = (correlate: typeof kendall | typeof spearman) =>
    bootstrap(
      n,
      (drawn) =>
        correlate(
          Array.from(drawn, (i) => predicted[i]),
          Array.from(drawn, (i) => errors[i]),
        )?.statistic,
      { random, resamples: 1000, method: "percentile" },
    );
  const [tau, rho] = [interval(kendall), interval(spearman)];
  return tau && rho ? { kendall: tau, spearman: rho, n } : undefined;
}
