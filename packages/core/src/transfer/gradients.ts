// The paper's gradient metrics: size S, alignment R, and what they predict of a transferred attack.

import { assert } from "../errors.ts";
import { dot, norm } from "../linalg.ts";
import { type FloatType, rowSize, type Tensor } from "../tensor.ts";
import type { Norm } from "../threat/norm.ts";

/**
 * Input-gradient size S of each point: the dual norm of the loss gradient, the largest increase of the loss per unit
 * of budget to first order.
 *
 * Source: Demontis et al. 2019, Eq. (17).
 *
 * @example
 * ```ts
 * import { gradientSizes, linf, tensor } from "@carom/core";
 *
 * console.log([...gradientSizes(tensor("float32", [1, 2], [3, -4]), linf)]); // [ 7 ]
 * ```
 */
export function gradientSizes(gradients: Tensor<FloatType>, measure: Norm): Float64Array {
  return eachRow(gradients, (row) => measure.dual(row));
}

/**
 * Gradient alignment R of each point: the cosine of the angle between the surrogate's and the target's loss gradient,
 * -1 to 1. NaN where a gradient is zero and has no direction.
 *
 * Source: Demontis et al. 2019, Eq. (18).
 *
 * @example
 * ```ts
 * import { gradientAlignments, tensor } from "@carom/core";
 *
 * const surrogate = tensor("float32", [2, 2], [1, 0, 0, 2]);
 * const target = tensor("float32", [2, 2], [3, 0, 5, 0]);
 * console.log([...gradientAlignments(surrogate, target)]); // [ 1, 0 ]
 * ```
 */
export function gradientAlignments(surrogate: Tensor<FloatType>, target: Tensor<FloatType>): Float64Array {
  return eachRow(surrogate, (row, i) => {
    const other = rowAt(target, i);
    return dot(row, other) / (norm(row) * norm(other));
  });
}

/**
 * What the target's loss rises by to first order on each point: perturbation . gradient of the target's loss.
 *
 * Source: Demontis et al. 2019, Eq. (13); for a surrogate linearised likewise it is Eq. (16).
 */
export function predictedIncreases(
  clean: Tensor<FloatType>,
  attacked: Tensor<FloatType>,
  targetGradients: Tensor<FloatType>,
): Float64Array {
  const [n, d] = [clean.shape[0], rowSize(clean)];
  const [x, z, g] = [clean.data, attacked.data, targetGradients.data];
  const increases = new Float64Array(n);
  let i = 0;
  // Rows side by side, so that additions need not wait for each other.
  for (; i + 4 <= n; i += 4) {
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let k0 = i * d, k1 = k0 + d, k2 = k1 + d, k3 = k2 + d; k0 < (i + 1) * d; k0++, k1++, k2++, k3++) {
      s0 += (z[k0] - x[k0]) * g[k0];
      s1 += (z[k1] - x[k1]) * g[k1];
      s2 += (z[k2] - x[k2]) * g[k2];
      s3 += (z[k3] - x[k3]) * g[k3];
    }
    increases.set([s0, s1, s2, s3], i);
  }
  for (; i < n; i++) for (let k = i * d; k < (i + 1) * d; k++) increases[i] += (z[k] - x[k]) * g[k];
  return increases;
}

/**
 * The alignment of what was crafted with the target's gradient: at each point the share of the largest first-order
 * increase within the budget that the perturbation has, perturbation . gradient / (budget size). It is 1 for the
 * steepest way that the ball allows, and for one step of a linear surrogate under L2 it is R. NaN where the gradient is
 * zero.
 */
export function attackAlignments(increases: Float64Array, sizes: Float64Array, budget: number): Float64Array {
  return increases.map((increase, i) => increase / (budget * sizes[i]));
}

function rowAt(x: Tensor<FloatType>, i: number): Float32Array | Float64Array {
  const width = rowSize(x);
  return x.data.subarray(i * width, (i + 1) * width);
}

function eachRow(x: Tensor<FloatType>, f: (row: Float32Array | Float64Array, i: number) => number): Float64Array {
  assert(x.shape.length >= 2, "rows");
  return Float64Array.from({ length: x.shape[0] }, (_, i) => f(rowAt(x, i), i));
}
