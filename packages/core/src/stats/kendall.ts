// Kendall's tau-b, in O(n log n) steps (Knight 1966).

import { InputError } from "../errors.ts";
import { normalTwoSided } from "./normal.ts";
import { runs, tieSizes } from "./ranks.ts";
import { checkPairs, isConstant, type PMethod, type Sample, type TestResult } from "./sample.ts";

interface KendallOptions {
  /** "auto": exact without ties where n <= 33 or at most one pair is out of order, asymptotic otherwise. */
  readonly method?: PMethod;
}

/**
 * Kendall's tau-b with the p-value of no association; `undefined` where a sample is constant or has fewer than two
 * numbers.
 *
 * tau-b = (C - D) / sqrt((T - T_x)(T - T_y)) with C concordant and D discordant of T = n (n - 1) / 2 pairs, T_x and T_y
 * tied. Asymptotically C - D is normal with the tie-corrected variance of Kendall (1970). Equals
 * `scipy.stats.kendalltau`, variant "b", at the same method. Throws an `InputError` on samples that are not finite or
 * not paired, and on ties where the exact method is asked for.
 */
export function kendall(x: Sample, y: Sample, options: KendallOptions = {}): TestResult | undefined {
  checkPairs(x, y);
  if (isConstant(x) || isConstant(y)) return undefined;
  const n = x.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => x[a] - x[b] || y[a] - y[b]);
  const discordant = exchanges(Float64Array.from(order, (i) => y[i]));
  const tiesX = tieSizes(x);
  const tiesY = tieSizes(y);
  const both = runs(n, (i) => x[order[i]] === x[order[i - 1]] && y[order[i]] === y[order[i - 1]]).map(
    ([a, b]) => b - a,
  );
  const total = pairs(n);
  const tiedX = sum(tiesX, pairs);
  const tiedY = sum(tiesY, pairs);
  const difference = total - tiedX - tiedY + sum(both, pairs) - 2 * discordant;
  const tau = difference / Math.sqrt((total - tiedX) * (total - tiedY));

  const tied = tiedX > 0 || tiedY > 0;
  const extreme = Math.min(discordant, total - discordant);
  const { method = "auto" } = options;
  if (method === "exact" && tied) {
    throw new InputError("unsupported", "method of kendall", {
      expected: "samples without ties for the exact p-value",
      got: "ties",
      remedy: 'use "asymptotic" or "auto"',
    });
  }
  const exact = method === "exact" || (method === "auto" && !tied && (n <= 33 || extreme <= 1));
  const p = exact ? exactP(n, extreme) : normalTwoSided(difference / Math.sqrt(nullVariance(n, tiesX, tiesY)));
  return { statistic: Math.max(-1, Math.min(1, tau)), p, n };
}

const pairs = (t: number): number => (t * (t - 1)) / 2;

const sum = (sizes: readonly number[], f: (t: number) => number): number => sizes.reduce((s, t) => s + f(t), 0);

/** The variance of C - D over all permutations of a sample with these group sizes. */
function nullVariance(n: number, tiesX: readonly number[], tiesY: readonly number[]): number {
  const m = n * (n - 1);
  const spread = (t: number): number => t * (t - 1) * (2 * t + 5);
  const triples = (t: number): number => t * (t - 1) * (t - 2);
  return (
    (m * (2 * n + 5) - sum(tiesX, spread) - sum(tiesY, spread)) / 18 +
    (2 * sum(tiesX, pairs) * sum(tiesY, pairs)) / m +
    (n > 2 ? (sum(tiesX, triples) * sum(tiesY, triples)) / (9 * m * (n - 2)) : 0)
  );
}

/**
 * Twice the probability that a random permutation of n has at most k inversions.
 *
 * Inserting the j-th element adds 0..j-1 inversions with equal probability, so each step averages a window of j.
 */
function exactP(n: number, k: number): number {
  let probability = new Float64Array(k + 1);
  probability[0] = 1;
  for (let j = 2; j <= n; j++) {
    const next = new Float64Array(k + 1);
    let window = 0;
    for (let i = 0; i <= k; i++) {
      window += probability[i];
      if (i >= j) window -= probability[i - j];
      next[i] = window / j;
    }
    probability = next;
  }
  return Math.min(1, 2 * probability.reduce((total, value) => total + value, 0));
}

/** The number of pairs out of order: the exchanges that a merge sort of the values makes. */
function exchanges(values: Float64Array): number {
  let source: Float64Array = values;
  let target: Float64Array = new Float64Array(values.length);
  let count = 0;
  for (let width = 1; width < values.length; width *= 2) {
    for (let start = 0; start < values.length; start += 2 * width) {
      const middle = Math.min(start + width, values.length);
      const end = Math.min(start + 2 * width, values.length);
      let left = start;
      let right = middle;
      for (let i = start; i < end; i++) {
        if (left < middle && (right >= end || source[left] <= source[right])) target[i] = source[left++];
        else {
          target[i] = source[right++];
          count += middle - left;
        }
      }
    }
    [source, target] = [target, source];
  }
  return count;
}
