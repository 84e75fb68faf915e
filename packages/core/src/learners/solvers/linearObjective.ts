// Objectives of linear decision functions: a loss of each row's decision value, and a penalty of the weights.

import type { Runtime } from "../../models/runtime.ts";
import type { RetrainTask } from "../learner.ts";
import { type CholeskyFactor, choleskyByBlocks } from "./cholesky.ts";
import { gramCost, weightedGram } from "./gram.ts";
import { addSquares, addTo, entriesOf, forthAndBack, isWide, type LinearRows, times } from "./linearRows.ts";
import type { Evaluation } from "./newton.ts";

/**
 * The losses of rows by their decision values: returns sum_i weight_i loss(y_i, f_i) and writes its first and second
 * derivatives by each f_i. The first may take the place of f.
 */
export type RowLoss = (
  y: Float64Array,
  f: Float64Array,
  weights: Float64Array,
  slope: Float64Array,
  curvature: Float64Array,
) => number;

/** A binary linear function that minimises penalty/2 ||w||^2 + weight sum_i l(y_i, w . x_i + b), to be retrained. */
export interface LinearRetraining {
  readonly task: RetrainTask;
  readonly loss: RowLoss;
  /** What each row's loss weighs. */
  readonly weight: number;
  /** Factor of 1/2 ||w||^2. */
  readonly penalty: number;
  /** Norm of the gradient at which a fit is done, relative to its norm at w = 0, b = 0. */
  readonly tolerance: number;
  readonly runtime: Runtime;
}

/** max(0, 1 - y f)^2, y = -1 or +1; its second derivative is that of the side it is on. */
export const squaredHingeLoss: RowLoss = (y, f, weights, slope, curvature) => {
  let value = 0;
  for (let i = 0; i < f.length; i++) {
    const short = Math.max(0, 1 - y[i] * f[i]);
    value += weights[i] * short * short;
    slope[i] = -2 * weights[i] * y[i] * short;
    curvature[i] = short > 0 ? 2 * weights[i] : 0;
  }
  return value;
};

/** (f - y)^2. */
export const squaredLoss: RowLoss = (y, f, weights, slope, curvature) => {
  let value = 0;
  for (let i = 0; i < f.length; i++) {
    const difference = f[i] - y[i];
    value += weights[i] * difference * difference;
    slope[i] = 2 * weights[i] * difference;
    curvature[i] = 2 * weights[i];
  }
  return value;
};

/** Columns up to which the Hessian is worth writing out and factoring. */
const MAX_HESSIAN = 2000;

/**
 * penalty/2 ||w||^2 + sum_i weight_i loss(y_i, w . x_i + b), as a function of (w, b).
 *
 * With l' and l'' the loss's derivatives: gradient = penalty w + X^T l', Hessian = penalty I + X^T diag(l'') X, where X
 * has a column of ones for b and I a zero at its place.
 */
export function linearObjective(
  x: LinearRows,
  y: Float64Array,
  weights: Float64Array,
  loss: RowLoss,
  penalty: number,
  runtime: Runtime,
): (theta: Float64Array) => Evaluation {
  const d = x.columns;
  return (theta) => {
    const slope = times(x, theta, theta[d]);
    const curvature = new Float64Array(x.rows);
    let value = loss(y, slope, weights, slope, curvature);
    for (let j = 0; j < d; j++) value += (penalty / 2) * theta[j] * theta[j];
    const gradient = addTo(x, slope, sumLast(slope, d));
    for (let j = 0; j < d; j++) gradient[j] += penalty * theta[j];
    const bent = once(() => curvatureThatCounts(curvature));
    return {
      value,
      gradient,
      hessianVector(v) {
        const product = forthAndBack(x, bent(), v);
        for (let j = 0; j < d; j++) product[j] += penalty * v[j];
        return product;
      },
      diagonal() {
        const c = bent();
        const diagonal = new Float64Array(d + 1).fill(penalty);
        diagonal[d] = 1e-12;
        for (let i = 0; i < x.rows; i++) diagonal[d] += c[i];
        // Where columns outnumber rows, the Hessian is the penalty alone in most directions: scaled columns spoil that.
        if (!isWide(x)) addSquares(x, c, diagonal);
        return diagonal;
      },
      factor: d > MAX_HESSIAN ? undefined : () => hessianFactor(x, bent(), penalty, runtime),
      get factorCost() {
        return (gramCost(x, bent()) + d ** 3 / 50) / (2 * Math.max(1, entriesOf(x, bent())));
      },
    };
  };
}

/** The factor of penalty I + X^T diag(c) X, or of a matrix near it. */
async function hessianFactor(
  x: LinearRows,
  c: Float64Array,
  penalty: number,
  runtime: Runtime,
): Promise<CholeskyFactor> {
  const size = x.columns + 1;
  const h = await weightedGram(x, c, runtime);
  for (let j = 0; j < x.columns; j++) h[j * size + j] += penalty;
  return choleskyByBlocks(h, size, runtime, 1e-9);
}

/** (0, ..., 0, sum c): what the column of ones contributes to X^T c. */
function sumLast(c: Float64Array, d: number): Float64Array {
  const into = new Float64Array(d + 1);
  for (let i = 0; i < c.length; i++) into[d] += c[i];
  return into;
}

/**
 * The curvatures with 0 for those that count for nothing, where these are the most: a hinge has none on its flat side.
 * Rows of curvature 0 are passed over, where they lie.
 */
function curvatureThatCounts(curvature: Float64Array): Float64Array {
  let largest = 0;
  for (const c of curvature) largest = Math.max(largest, c);
  const least = 1e-12 * largest;
  let count = 0;
  for (const c of curvature) if (c > least) count++;
  return 2 * count > curvature.length ? curvature : curvature.map((c) => (c > least ? c : 0));
}

/** What is computed when it is first asked for, and then kept. */
export function once<T>(compute: () => T): () => T {
  let result: { readonly value: T } | undefined;
  return () => (result ??= { value: compute() }).value;
}
