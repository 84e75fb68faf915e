// What became of attacked points: rates, always with the number of points and an interval.

import { assert } from "../errors.ts";
import { newcombePaired } from "../stats/newcombe.ts";
import type { Interval } from "../stats/sample.ts";
import { wilson } from "../stats/wilson.ts";

/** A share of n points, with its Wilson interval at 95 %. */
export interface Rate extends Interval {
  readonly count: number;
  readonly n: number;
}

/** The rate of `count` in n. Without any point there is no rate: the interval is then all of [0, 1]. */
export function rate(count: number, n: number): Rate {
  return { count, n, ...(wilson(count, n) ?? { estimate: Number.NaN, low: 0, high: 1 }) };
}

/**
 * The share of labels that differ from the truth.
 *
 * @example
 * ```ts
 * import { errorRate } from "@carom/core";
 *
 * const { estimate, low, high } = errorRate(Int32Array.of(0, 1, 1, 1), Int32Array.of(0, 0, 1, 1));
 * console.log(estimate, low.toFixed(3), high.toFixed(3)); // 0.25 0.046 0.699
 * ```
 */
export function errorRate(predicted: Int32Array, labels: Int32Array): Rate {
  return rate(
    countWhere(labels, (label, i) => predicted[i] !== label),
    labels.length,
  );
}

/** What became of points that should end in a given class. */
export interface TargetedRate {
  /** Of the points that are of another class, those that end in it; absent where none is. */
  readonly success: Rate | undefined;
  /** Points that are of that class already, which cannot be told to have been sent there. */
  readonly leftOut: number;
}

/** Targeted success: the share of points predicted to be of the class `target`, among those whose label is another. */
export function targetedRate(predicted: Int32Array, labels: Int32Array, target: number): TargetedRate {
  assert(predicted.length === labels.length, "a label for each prediction");
  const others = countWhere(labels, (label) => label !== target);
  const sent = countWhere(labels, (label, i) => label !== target && predicted[i] === target);
  return { success: others > 0 ? rate(sent, others) : undefined, leftOut: labels.length - others };
}

/** Labels of the same points, all of length N. */
export interface Outcomes {
  readonly labels: Int32Array;
  /** What the judged model says of the clean points. */
  readonly clean: Int32Array;
  /** What the judged model says of the attacked points. */
  readonly attacked: Int32Array;
  /** What the model that the points were crafted on says of them. */
  readonly surrogate: Int32Array;
  /** The class that points of others should end in; any wrong one where absent. */
  readonly wanted?: number | undefined;
}

/** How often attacked points err on a target, each share with its interval. */
export interface OutcomeRates {
  /** Errors without attack, among all points. */
  readonly cleanError: Rate;
  /** Errors under attack, among all points. */
  readonly errorUnderAttack: Rate;
  /** Errors under attack, among the points that were right before; absent where none was. */
  readonly success: Rate | undefined;
  /**
   * Error under attack minus clean error, with Newcombe's interval for the same points seen twice; where a class is
   * wanted, the share of the points of other classes that end in it, minus the share that is taken for it anyway.
   */
  readonly netIncrease: Interval;
  /** Of all points, those that end in the wrong class in which they ended on the surrogate. */
  readonly sameWrongClass: Rate;
  /** Of all points, those that end in another wrong class than on the surrogate. */
  readonly otherWrongClass: Rate;
}

/**
 * Counts outcomes.
 *
 * @example
 * ```ts
 * import { outcomeRates } from "@carom/core";
 *
 * const labels = Int32Array.of(0, 0, 1, 1);
 * const attacked = Int32Array.of(1, 1, 1, 1);
 * const { success, netIncrease } = outcomeRates({ labels, clean: labels, attacked, surrogate: attacked });
 * console.log(success?.estimate, netIncrease.estimate); // 0.5 0.5
 * ```
 */
export function outcomeRates({ labels, clean, attacked, surrogate, wanted }: Outcomes): OutcomeRates {
  const n = labels.length;
  assert(n > 0 && [clean, attacked, surrogate].every((x) => x.length === n), "outcomes of the same points");
  let [both, onlyFirst, onlySecond, same] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [wasWrong, isWrong] = [clean[i] !== labels[i], attacked[i] !== labels[i]];
    if (isWrong && attacked[i] === surrogate[i]) same++;
    if (wasWrong && isWrong) both++;
    else if (isWrong) onlyFirst++;
    else if (wasWrong) onlySecond++;
  }
  const right = n - both - onlySecond;
  return {
    cleanError: rate(both + onlySecond, n),
    errorUnderAttack: rate(both + onlyFirst, n),
    success: right > 0 ? rate(onlyFirst, right) : undefined,
    netIncrease: increaseOf({ labels, clean, attacked, wanted }),
    sameWrongClass: rate(same, n),
    otherWrongClass: rate(both + onlyFirst - same, n),
  };
}

/** How much more often points reach the goal attacked than clean; without any point nothing is known. */
function increaseOf({ labels, clean, attacked, wanted }: Omit<Outcomes, "surrogate">): Interval {
  const reaches = (predicted: number, label: number) =>
    wanted === undefined ? predicted !== label : predicted === wanted;
  let [both, onlyFirst, onlySecond, neither] = [0, 0, 0, 0];
  for (const [i, label] of labels.entries()) {
    if (label === wanted) continue;
    const [before, after] = [reaches(clean[i], label), reaches(attacked[i], label)];
    if (before && after) both++;
    else if (after) onlyFirst++;
    else if (before) onlySecond++;
    else neither++;
  }
  const found = newcombePaired({ both, onlyFirst, onlySecond, neither });
  return found ?? { estimate: Number.NaN, low: -1, high: 1 };
}

function countWhere(labels: Int32Array, test: (label: number, i: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < labels.length; i++) if (test(labels[i], i)) count++;
  return count;
}
