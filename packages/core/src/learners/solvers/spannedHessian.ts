// Systems of the Hessian of a linear learner in terms of inner products of rows.

import { dot, sum } from "../../linalg.ts";
import type { Runtime } from "../../models/runtime.ts";
import { type CholeskyFactor, choleskyByBlocks, choleskySolve, choleskyWith } from "./cholesky.ts";
import { add, inProduct, length, type SpannedWeights, scaled, squareTimes } from "./spannedWeights.ts";

/** The Cholesky factor of penalty I + W K W for the roots W of an earlier optimum. */
export interface SpannedFactor {
  readonly cholesky: CholeskyFactor;
  readonly roots: Float64Array;
  /** Its solution for the right side W 1, and W 1 . that. */
  readonly lifted: Float64Array;
  readonly lift: number;
}

/** The factor for a matrix K [N, N] and N second derivatives. */
export async function spannedFactor(
  matrix: Float64Array,
  curvatures: Float64Array,
  penalty: number,
  runtime: Runtime,
): Promise<SpannedFactor> {
  const n = curvatures.length;
  const roots = curvatures.map(Math.sqrt);
  const h = Float64Array.from({ length: n * n }, (_, at) => roots[Math.floor(at / n)] * roots[at % n] * matrix[at]);
  for (let i = 0; i < n; i++) h[i * n + i] += penalty;
  return withLift(await choleskyByBlocks(h, n, runtime), roots);
}

/** The factor with the last rows of a larger matrix added to it, whose second derivatives are given in order. */
export function extendedFactor(
  factor: SpannedFactor,
  matrix: Float64Array,
  added: readonly number[],
  penalty: number,
): SpannedFactor {
  let { cholesky, roots } = factor;
  const n = roots.length + added.length;
  for (const curvature of added) {
    const i = roots.length;
    const root = Math.sqrt(curvature);
    const column = matrix.slice(i * n, i * n + i).map((value, j) => value * root * roots[j]);
    cholesky = choleskyWith(cholesky, column, penalty + curvature * matrix[i * n + i]);
    roots = Float64Array.of(...roots, root);
  }
  return withLift(cholesky, roots);
}

function withLift(cholesky: CholeskyFactor, roots: Float64Array): SpannedFactor {
  const lifted = choleskySolve(cholesky, roots);
  return { cholesky, roots, lifted, lift: dot(roots, lifted) };
}

/** The Hessian at a point, and a factor near it. */
interface SpannedHessian {
  readonly matrix: Float64Array;
  readonly penalty: number;
  readonly curvatures: Float64Array;
  readonly factor: SpannedFactor;
}

/**
 * The x with H x = right, to a residual of the given norm, by preconditioned conjugate gradients.
 *
 * H turns (u, t) into (p u + Z (K u + t), 1^T Z (K u + t)). What preconditions is its inverse at the factor's optimum:
 * with A = p I + W K W, W^2 = Z there, v = A^-1 W K u, r = W 1 and l = A^-1 r,
 *
 *     t' = (t - r . v) / (p r . l),  u' = (u - W v) / p - t' W l.
 */
export function solveHessian(
  { matrix, penalty, curvatures, factor }: SpannedHessian,
  right: SpannedWeights,
  residualNorm: number,
) {
  const times = ({ u, image, bias }: SpannedWeights): SpannedWeights => {
    const bent = curvatures.map((curvature, i) => curvature * (image[i] + bias));
    const product = bent.map((value, i) => value + penalty * u[i]);
    return { u: product, image: squareTimes(matrix, product), bias: sum(bent) };
  };
  const precondition = ({ u, image, bias }: SpannedWeights): SpannedWeights => {
    const { cholesky, roots, lifted, lift } = factor;
    const v = choleskySolve(
      cholesky,
      image.map((value, i) => value * roots[i]),
    );
    // Without curvature anywhere nothing holds the bias.
    const shift = lift > 0 ? (bias - dot(roots, v)) / lift : 0;
    const z = u.map((value, i) => (value - roots[i] * (v[i] + shift * lifted[i])) / penalty);
    return { u: z, image: squareTimes(matrix, z), bias: shift / penalty };
  };
  const n = curvatures.length;
  const x: SpannedWeights = { u: new Float64Array(n), image: new Float64Array(n), bias: 0 };
  const residual = scaled(right, 1);
  let preconditioned = precondition(residual);
  let direction = preconditioned;
  let product = inProduct(residual, preconditioned);
  let products = 0;
  while (products < 10 * n && length(residual) > residualNorm) {
    products++;
    const image = times(direction);
    const curvature = inProduct(direction, image);
    if (!(curvature > 0)) break;
    const step = product / curvature;
    add(x, step, direction);
    add(residual, -step, image);
    preconditioned = precondition(residual);
    const next = inProduct(residual, preconditioned);
    const turned = scaled(direction, next / product);
    add(turned, 1, preconditioned);
    [direction, product] = [turned, next];
  }
  return { x, products };
}
