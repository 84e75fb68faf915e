// An interval of a mean that holds for skewed values: the studentised bootstrap, nowhere narrower than Student's.

import { permutation, stream } from "../random.ts";
import { mean, quantile, standardError } from "./describe.ts";
import { checkLevel, type Interval, type Sample } from "./sample.ts";
import { studentCritical } from "./student.ts";

/** The level of an interval of a mean, and what its values cannot leave. */
export interface MeanIntervalOptions {
  readonly seed: number;
  /** The confidence level; 0.95 where not given. */
  readonly level?: number;
  /** Bounds that a mean of such values cannot leave, such as 0 of lengths. */
  readonly least?: number;
  readonly most?: number;
}

const RESAMPLES = 1000;
/** More values than these are first joined in so many random groups, so that neither time nor memory grow with them. */
const UNITS = 2048;

/**
 * The mean of n independent values with its interval; `undefined` of none. Values that are not finite, which do not
 * exist, are left out. A single value, like equal ones, has no spread to go by: both ends are then the mean.
 *
 * With m and e the mean and its standard error, t* = (m* - m) / e* over resamples of the values tells how far a mean
 * strays in units of the error that comes with it, more to one side where values are skewed (Efron and Tibshirani 1993,
 * chapter 12). The interval is m - e max(t*_.975, T) to m + e max(-t*_.025, T), T the quantile of Student's t with n -
 * 1 degrees of freedom, which is right for few normal values, of which the bootstrap knows too little. e* counts as at
 * least e / sqrt(n): a resample that has hardly any of the values that matter has no error of its own.
 *
 * How often it holds the mean is measured in `meanInterval.test.ts` and, in full, by `bench/coverage.mjs`: nearly as
 * often as it says for normal, uniform, exponential, gamma, beta and moderately log-normal values; less than that where
 * a few values make up most of the sum (log-normal values of sigma 2, Pareto tails without variance), whose mean no
 * interval knows.
 */
export function meanInterval(
  x: Sample,
  { seed, level = 0.95, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY }: MeanIntervalOptions,
): Interval | undefined {
  checkLevel(level);
  const values = Float64Array.from(x).filter(Number.isFinite);
  const estimate = mean(values);
  if (estimate === undefined) return undefined;
  const units = values.length > UNITS ? groupMeans(values, seed) : values;
  const error = standardError(units);
  if (!error) return { estimate, low: estimate, high: estimate };
  const t = studentisedMeans(units, error, seed);
  const student = critical(1 - level, units.length - 1);
  const below = error * Math.max(student, quantile(t, (1 + level) / 2)!);
  const above = error * Math.max(student, -quantile(t, (1 - level) / 2)!);
  return {
    estimate,
    low: Math.min(estimate, Math.max(least, estimate - below)),
    high: Math.max(estimate, Math.min(most, estimate + above)),
  };
}

/** (m* - m) / e* of each resample. */
function studentisedMeans(x: Sample, error: number, seed: number): Float64Array {
  const n = x.length;
  const centre = mean(x)!;
  const deviations = Float64Array.from(x, (value) => value - centre);
  const draws = resamples(n, seed);
  const smallest = error / Math.sqrt(n);
  const t = new Float64Array(RESAMPLES);
  for (let r = 0; r < RESAMPLES; r++) t[r] = studentisedMean(deviations, draws.subarray(r * n, (r + 1) * n), smallest);
  return t;
}

/** The mean of the deviations that were drawn, in units of its standard error, which counts as `smallest` at least. */
function studentisedMean(deviations: Float64Array, drawn: Uint16Array, smallest: number): number {
  const n = drawn.length;
  let sum = 0;
  let squares = 0;
  for (let k = 0; k < n; k++) {
    const deviation = deviations[drawn[k]];
    sum += deviation;
    squares += deviation * deviation;
  }
  const variance = Math.max(0, squares - (sum * sum) / n) / (n - 1);
  return sum / n / Math.max(Math.sqrt(variance / n), smallest);
}

/** Means of `UNITS` random groups, whose sizes differ by at most one. */
function groupMeans(x: Sample, seed: number): Float64Array {
  const order = permutation(stream(seed, "groups", x.length), x.length);
  const sums = new Float64Array(UNITS);
  const sizes = new Int32Array(UNITS);
  for (let i = 0; i < order.length; i++) {
    sums[i % UNITS] += x[order[i]];
    sizes[i % UNITS]++;
  }
  return sums.map((sum, group) => sum / sizes[group]);
}

/**
 * The values of each resample. Means of one seed are resampled alike: drawing is most of the work, and intervals of
 * several models then refer to the same resampled points.
 */
function resamples(n: number, seed: number): Uint16Array {
  if (lastResamples.n === n && lastResamples.seed === seed) return lastResamples.draws;
  const random = stream(seed, "resamples", n);
  const draws = new Uint16Array(RESAMPLES * n);
  for (let k = 0; k < draws.length; k++) draws[k] = random.integer(n);
  lastResamples = { n, seed, draws };
  return draws;
}

let lastResamples = { n: 0, seed: 0, draws: new Uint16Array(0) };

/** `studentCritical`, whose last answer is kept: all means of as many values ask for the same. */
function critical(p: number, degrees: number): number {
  if (lastCritical.p !== p || lastCritical.degrees !== degrees) {
    lastCritical = { p, degrees, t: studentCritical(p, degrees) };
  }
  return lastCritical.t;
}

let lastCritical = { p: 0, degrees: 0, t: 0 };
