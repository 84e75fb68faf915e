// Loss variability V: how much the loss of a point depends on which training set the model happened to see.

import { assert } from "../errors.ts";
import { mean, variance } from "../stats/describe.ts";

/** The definitions of V that can be asked for, the primary one first. */
export const variabilityDefinitions = {
  perPoint: "mean over points of the variance of the point's loss over training sets (Eq. 19)",
  ofMean: "variance over training sets of the mean loss over points",
} as const;

/** The name of a definition of V. */
export type VariabilityDefinition = keyof typeof variabilityDefinitions;

/** How much the loss varies over training sets, under both definitions of V. */
export interface Variability {
  /** Both definitions by name. */
  readonly perPoint: number;
  readonly ofMean: number;
  /** Number of training sets. */
  readonly sets: number;
  /** The variance of each point's loss, length N; NaN where a loss is not finite. */
  readonly ofPoints: Float64Array;
  /** Points with a loss that is not finite, which neither definition looks at. */
  readonly leftOut: number;
}

/**
 * Loss variability of a learner: the variance over training sets of the loss of models trained on them.
 *
 * `losses` holds one vector of N losses per training set, of the same points. Variances are unbiased (divided by the
 * number of sets less one). `undefined` for fewer than two sets, as one model has no variance, and without any point
 * whose losses are all finite.
 *
 * Source: Demontis et al. 2019, Eq. (19), V(x, y) = E_D{l^2} - E_D{l}^2.
 *
 * @example
 * ```ts
 * import { lossVariability } from "@carom/core/transfer";
 *
 * const v = lossVariability([Float64Array.of(1, 2), Float64Array.of(3, 2)])!;
 * console.log([...v.ofPoints], v.perPoint, v.ofMean); // [ 2, 0 ] 1 0.5
 * ```
 */
export function lossVariability(losses: readonly Float64Array[]): Variability | undefined {
  const sets = losses.length;
  if (sets < 2) return undefined;
  const n = losses[0].length;
  assert(n > 0 && losses.every((each) => each.length === n), "losses of the same points");
  const isKept = Array.from({ length: n }, (_, i) => losses.every((each) => Number.isFinite(each[i])));
  const leftOut = isKept.filter((is) => !is).length;
  if (leftOut === n) return undefined;
  const kept = (values: Float64Array) => values.filter((_, i) => isKept[i]);
  const ofPoints = Float64Array.from(isKept, (is, i) => (is ? variance(losses.map((each) => each[i]))! : Number.NaN));
  const ofMean = variance(losses.map((each) => mean(kept(each))!))!;
  return { perPoint: mean(kept(ofPoints))!, ofMean, sets, ofPoints, leftOut };
}
