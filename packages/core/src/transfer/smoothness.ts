// Smoothness of a loss around points: how strongly it bends, and how far its gradient turns inside the ball.

import { dot, norm as euclidean } from "../linalg.ts";
import type { HessianProduct } from "../models/hessian.ts";
import type { Differentiable } from "../models/open.ts";
import { stream } from "../random.ts";
import { meanInterval } from "../stats/meanInterval.ts";
import type { Interval } from "../stats/sample.ts";
import { type FloatType, rowSize, type Tensor, tensor, toFloat } from "../tensor.ts";
import { gradientAlignments } from "./gradients.ts";

/** How long eigenvalues are iterated for, and from which random start. */
export interface PowerIterationOptions {
  readonly seed: number;
  /** Products at most; each costs about three gradients. */
  readonly iterations?: number;
  /** Stops when no eigenvalue estimate changed by more than this share of it. */
  readonly tolerance?: number;
}

/**
 * The eigenvalue of largest absolute value of each point's input Hessian of the loss, with its sign: by how much the
 * gradient can change per unit of distance.
 *
 * Power iteration from a random vector: v <- H v / ||H v||, lambda = v . H v (Rayleigh quotient). The estimate falls
 * short of the eigenvalue, by less the further apart the two largest are; 0 where H v vanishes.
 *
 * Source: Yang et al. 2021 (TRS), where the bound on transfer needs it.
 */
export async function largestCurvatures(
  hessian: Pick<HessianProduct, "multiply">,
  x: Tensor,
  labels: Int32Array,
  { seed, iterations = 30, tolerance = 1e-3 }: PowerIterationOptions,
): Promise<Float64Array> {
  const [n, d] = [x.shape[0], rowSize(x)];
  const vectors = Float32Array.from({ length: n * d });
  for (let i = 0; i < n; i++) {
    const random = stream(seed, "curvature", i);
    const row = vectors.subarray(i * d, (i + 1) * d);
    for (let j = 0; j < d; j++) row[j] = random.normal();
    divide(row, euclidean(row));
  }
  const values = new Float64Array(n);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const product = await hessian.multiply(x, labels, tensor("float32", x.shape, vectors));
    let isSettled = true;
    for (let i = 0; i < n; i++) {
      const row = vectors.subarray(i * d, (i + 1) * d);
      const next = product.data.subarray(i * d, (i + 1) * d);
      const value = dot(row, next);
      const length = euclidean(next);
      if (Math.abs(value - values[i]) > tolerance * Math.abs(value)) isSettled = false;
      values[i] = value;
      // A vector in the null space stays where it is.
      if (length > 0) {
        row.set(next);
        divide(row, length);
      }
    }
    if (isSettled) break;
  }
  return values;
}

/** By how much a curvature may fall below 0 by rounding, as a share of the largest. */
const ROUNDING = 1e-4;

/**
 * The mean of curvatures with its interval, which stays at 0 or above where no curvature is negative.
 *
 * The cross-entropy of scores z that are linear around x has the Hessian J' (diag p - p p') J there, J = dz/dx, which
 * has no negative eigenvalue: so it is for linear models and for networks of linear pieces. Then no mean lies below 0,
 * and cutting the interval there takes nothing from how often it holds. Elsewhere eigenvalues have both signs, and so
 * may the mean.
 */
export function meanCurvature(curvatures: Float64Array, options: { readonly seed: number }): Interval | undefined {
  const largest = curvatures.reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
  const isNegative = (value: number) => value < -ROUNDING * largest;
  return meanInterval(curvatures, { ...options, ...(!curvatures.some(isNegative) && { least: 0 }) });
}

/**
 * How much the gradient keeps its direction inside the ball: the cosine of the loss gradient at x and at x + r, for one
 * random r of L2 length `radius` per point; 1 where the loss is straight. NaN where a gradient vanishes.
 *
 * Source: Demontis et al. 2019, section 4: the linearisation of Eq. (13) holds as far as the gradient stays.
 */
export async function gradientTurning(
  model: Differentiable,
  x: Tensor,
  labels: Int32Array,
  { radius, seed }: { readonly radius: number; readonly seed: number },
): Promise<Float64Array> {
  const [n, d] = [x.shape[0], rowSize(x)];
  const moved = toFloat(x, "float32").data.slice();
  for (let i = 0; i < n; i++) {
    const random = stream(seed, "turning", i);
    const step = Float64Array.from({ length: d }, () => random.normal());
    const length = euclidean(step);
    for (let j = 0; j < d; j++) moved[i * d + j] += (radius * step[j]) / length;
  }
  const here = await model.inputGradient("crossEntropy", x, labels);
  const there = await model.inputGradient("crossEntropy", tensor("float32", x.shape, moved), labels);
  return gradientAlignments(here.gradient, there.gradient as Tensor<FloatType>);
}

function divide(row: Float32Array, length: number): void {
  if (length > 0) for (let j = 0; j < row.length; j++) row[j] /= length;
}
