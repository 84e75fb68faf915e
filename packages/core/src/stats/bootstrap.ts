// Bootstrap intervals of any statistic, over points or over repetitions and their points (Efron 1987).

import type { Stream } from "../random.ts";
import { mean, quantile } from "./describe.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { checkCount, checkLevel, type Interval } from "./sample.ts";
import { studentCritical } from "./student.ts";
import { largestMagnitude, ROUNDING } from "./ties.ts";

/** How often is resampled, with which random numbers, and what interval is made of it. */
export interface BootstrapOptions {
  readonly random: Stream;
  /** The number of resamples; 2000 where not given. */
  readonly resamples?: number;
  /** The confidence level; 0.95 where not given. */
  readonly level?: number;
  /** "percentile": quantiles of the resampled statistic. "bca": the same, corrected for bias and skewness (default). */
  readonly method?: "percentile" | "bca";
}

/** The indices of the points drawn from one repetition of an experiment. */
export interface RepetitionDraw {
  readonly repetition: number;
  readonly points: Int32Array;
}

/**
 * The bootstrap interval of a statistic of n exchangeable points; `undefined` where the statistic does not exist.
 *
 * The statistic sees the indices of the points drawn, so paired data stay paired. A value that is not finite counts as
 * one that does not exist. Throws an `InputError` on a count
 * below one or a level outside (0, 1).
 *
 * @example
 * ```ts
 * import { stream } from "@carom/core";
 * import { bootstrap, mean } from "@carom/core/stats";
 *
 * const x = [1, 2, 3, 4, 5, 6, 7, 8];
 * const meanOf = (drawn: ArrayLike<number>) => mean(Array.from(drawn, (i) => x[i]));
 * const { estimate, low, high } = bootstrap(x.length, meanOf, { random: stream(0, "bootstrap") })!;
 * console.log(estimate, low > 2 && low < 4, high > 5 && high < 7); // 4.5 true true
 * ```
 */
export function bootstrap(
  n: number,
  statistic: (points: Int32Array) => number | undefined,
  options: BootstrapOptions,
): Interval | undefined {
  const { random, level = 0.95 } = options;
  checkCount("number of points", n, 1);
  checkLevel(level);
  const all = range(n);
  return interval(
    statistic(all),
    () => statistic(all.map(() => random.integer(n))),
    () => Array.from(all, (i) => statistic(all.filter((j) => j !== i))),
    normalQuantile((1 + level) / 2),
    options,
  );
}

/**
 * The bootstrap interval of a statistic of R repetitions with their points; `undefined` where the statistic does not
 * exist.
 *
 * Each resample draws R repetitions with replacement, then points of each with replacement. It counts the variance
 * among points of one repetition a second time, which errs on the wide side by that variance over the number of all
 * points (Davison and Hinkley 1997, section 3.8), and with a single repetition still tells the variance among points.
 * Repetitions are few, and a bootstrap of few units is too narrow: the interval is read at the normal probabilities of
 * sqrt(R / (R - 1)) t, t of Student's distribution with R - 1 degrees of freedom, in place of the normal quantile
 * (Hesterberg 2015, the expanded percentile interval). BCa takes its skewness from leaving out one repetition. A single
 * repetition has its points for units. `sizes` holds the number of points of each repetition. Throws an `InputError` as
 * `bootstrap` does.
 */
export function bootstrapRepetitions(
  sizes: readonly number[],
  statistic: (draws: readonly RepetitionDraw[]) => number | undefined,
  options: BootstrapOptions,
): Interval | undefined {
  const { random, level = 0.95 } = options;
  checkCount("number of repetitions", sizes.length, 1);
  for (const size of sizes) checkCount("number of points", size, 1);
  checkLevel(level);
  const all = sizes.map((size, repetition): RepetitionDraw => ({ repetition, points: range(size) }));
  const draw = (): RepetitionDraw => {
    const { repetition, points } = all[random.integer(all.length)];
    return { repetition, points: points.map(() => random.integer(points.length)) };
  };
  const withoutOne =
    all.length > 1
      ? all.map((omitted) => all.filter((other) => other !== omitted))
      : Array.from(all[0].points, (i) => [{ repetition: 0, points: all[0].points.filter((j) => j !== i) }]);
  const units = withoutOne.length;
  return interval(
    statistic(all),
    () => statistic(all.map(draw)),
    () => withoutOne.map(statistic),
    units > 1 ? Math.sqrt(units / (units - 1)) * studentCritical(1 - level, units - 1) : Number.POSITIVE_INFINITY,
    options,
  );
}

const range = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);

const existing = (values: (number | undefined)[]): number[] =>
  values.filter((value): value is number => value !== undefined && Number.isFinite(value));

/** Resamples without a statistic are left out; where they are half of all or more, there is no interval. */
function interval(
  estimate: number | undefined,
  resample: () => number | undefined,
  jackknife: () => (number | undefined)[],
  z: number,
  options: BootstrapOptions,
): Interval | undefined {
  const { resamples = 2000, method = "bca" } = options;
  checkCount("number of resamples", resamples, 1);
  if (estimate === undefined || !Number.isFinite(estimate)) return undefined;
  const replicates = existing(Array.from({ length: resamples }, resample));
  if (replicates.length <= resamples / 2) return undefined;
  const probability = method === "bca" ? accelerated(estimate, replicates, existing(jackknife())) : normalCdf;
  const low = quantile(replicates, probability(-z));
  const high = quantile(replicates, probability(z));
  return low === undefined || high === undefined ? undefined : { estimate, low, high };
}

/**
 * The probability at which BCa reads the replicates for a normal quantile z: Phi(z0 + (z0 + z) / (1 - a (z0 + z))).
 *
 * The bias z0 is the normal quantile of the share of replicates below the estimate (ties, equal but for rounding, count
 * half; kept half a replicate off 0 and 1), the acceleration a is a sixth of the skewness of the jackknife's influence
 * values.
 */
function accelerated(
  estimate: number,
  replicates: readonly number[],
  jackknife: readonly number[],
): (z: number) => number {
  const rounding = ROUNDING * largestMagnitude(replicates);
  const below = replicates.reduce(
    (sum, r) => sum + (Math.abs(r - estimate) <= rounding ? 0.5 : r < estimate ? 1 : 0),
    0,
  );
  const half = 0.5 / replicates.length;
  const bias = normalQuantile(Math.min(1 - half, Math.max(half, below / replicates.length)));
  const centre = mean(jackknife) ?? 0;
  let squares = 0;
  let cubes = 0;
  for (const value of jackknife) {
    squares += (centre - value) ** 2;
    cubes += (centre - value) ** 3;
  }
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
  return (z) => {
    const shifted = bias + z;
    // Beyond the pole of the formula lies the end of the distribution.
    const scale = 1 - acceleration * shifted;
    return scale > 0 ? normalCdf(bias + shifted / scale) : z > 0 ? 1 : 0;
  };
}
