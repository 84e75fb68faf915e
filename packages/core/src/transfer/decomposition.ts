// What a transferred attack did to the target's loss, taken apart: first order, its bound, and the rest.

import { assert } from "../errors.ts";
import { mean } from "../stats/describe.ts";
import { type FloatType, rowSize, type Tensor } from "../tensor.ts";
import type { Norm } from "../threat/norm.ts";

/**
 * What the target's loss would rise by at each point if both losses were linear and there were no box: the surrogate's
 * best perturbation of length epsilon times the target's gradient.
 *
 * With g of the target and h of the surrogate: epsilon h . g / ||h||_2 for p = 2, epsilon sign(h) . g for p = inf, and
 * for p = 1 epsilon times g at the largest component of h, with that component's sign. Never more than epsilon ||g||_q;
 * equal for p = 2 exactly where the two are parallel (R = 1). Zero where h vanishes.
 *
 * Source: Demontis et al. 2019, Eqs. (15) and (16).
 */
export function linearisedIncreases(
  surrogate: Tensor<FloatType>,
  target: Tensor<FloatType>,
  norm: Norm,
  epsilon: number,
): Float64Array {
  const d = rowSize(surrogate);
  assert(d === rowSize(target), "gradients by the same features");
  return Float64Array.from({ length: surrogate.shape[0] }, (_, i) => {
    const h = surrogate.data.subarray(i * d, (i + 1) * d);
    const g = target.data.subarray(i * d, (i + 1) * d);
    return epsilon * unitIncrease(norm.name, h, g);
  });
}

type Row = Float32Array | Float64Array;

function unitIncrease(norm: Norm["name"], h: Row, g: Row): number {
  if (norm === "l2") {
    let [square, product] = [0, 0];
    for (let j = 0; j < h.length; j++) {
      square += h[j] * h[j];
      product += h[j] * g[j];
    }
    return square > 0 ? product / Math.sqrt(square) : 0;
  }
  if (norm === "linf") {
    let sum = 0;
    for (let j = 0; j < h.length; j++) sum += Math.sign(h[j]) * g[j];
    return sum;
  }
  let best = 0;
  for (let j = 1; j < h.length; j++) if (Math.abs(h[j]) > Math.abs(h[best])) best = j;
  return Math.sign(h[best]) * g[best];
}

/** Means over points of one attack on one target; losses are cross-entropies. */
export interface Decomposition {
  /** How much the target's loss rose. */
  readonly observed: number;
  /** How much it would have risen to first order under the perturbation as crafted. */
  readonly firstOrder: number;
  /** Observed less first order: what the bending of the loss adds. */
  readonly remainder: number;
  /** epsilon S: the first-order rise under the best perturbation, white-box and without a box. */
  readonly bound: number;
  /**
   * First order over bound: the share of the vulnerability that this surrogate reaches. Absent where the bound is 0.
   */
  readonly reached?: number;
  /**
   * max(0, 1 - |remainder| / |observed|): how much of what happened the first order explains. Absent where nothing did.
   */
  readonly explained?: number;
}

/**
 * Takes an attack apart: observed = bound * reached + remainder.
 *
 * `sizes` are S of the target at each point, `predicted` its first-order rises.
 *
 * Source: Demontis et al. 2019, Eq. (16): with p = 2, no box and a linear surrogate `reached` is the mean of R
 * weighted by S.
 */
export function decompose(
  before: Float64Array,
  after: Float64Array,
  predicted: Float64Array,
  sizes: Float64Array,
  epsilon: number,
): Decomposition {
  return decomposition(mean(after)! - mean(before)!, mean(predicted)!, epsilon * mean(sizes)!);
}

/** The decomposition from its three means. */
export function decomposition(observed: number, firstOrder: number, bound: number): Decomposition {
  const remainder = observed - firstOrder;
  return {
    observed,
    firstOrder,
    remainder,
    bound,
    ...(bound > 0 && { reached: firstOrder / bound }),
    ...(observed !== 0 && { explained: Math.max(0, 1 - Math.abs(remainder) / Math.abs(observed)) }),
  };
}
