// Loss variability V: how much the loss of a point depends on which training set the model happened to see.

import { assert } from "../errors.ts";
import { mean, variance } from "../stats/describe.ts";

/** The definitions of V that can be asked for, the primary one first. */
export const variabilityDefinitions = {
  perPoint: "mean over points of the variance of the point's loss over training sets (Eq. 19)",
  ofMean: "variance over training sets of the mean loss over points",
} as const;

export type VariabilityDefinition = keyof typeof variabilityDefinitions;

export interface Variability {
  /** Both definitions by name. */
  readonly perPoint: number;
  readonly ofMean: number;
  /** Number of training sets. */
  readonly sets: number;
  /** The variance of each point's loss, length N. */
  readonly ofPoints: Float64Array;
}

/**
 * Loss variability of a learner: the variance over training sets of the loss of models trained on them.
 *
 * `losses` holds one vector of N losses per training set, of the same points. Variances are unbiased (divided by the
 * number of sets less one). `undefined` for fewer than two sets: one model has no variance.
 *
 * Source: Demontis et al. 2019, Eq. (19), V(x, y) = E_D{l^2} - E_D{l}^2.
 */
export function lossVariability(losses: readonly Float64Array[]): Variability | undefined {
  const sets = losses.length;
  if (sets < 2) return undefined;
  const n = losses[0].length;
  assert(n > 0 && losses.every((each) => each.length === n), "losses of the same points");
  const ofPoints = Float64Array.from({ length: n }, (_, i) => variance(losses.map((each) => each[i]))!);
  return { perPoint: mean(ofPoints)!, ofMean: variance(losses.map((each) => mean(each)!))!, sets, ofPoints };
}
