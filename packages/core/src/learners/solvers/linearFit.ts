// Learners of linear decision functions by their primal objective: logistic regression, squared hinge, ridge.

import type { Dataset } from "../../data/dataset.ts";
import { InputError } from "../../errors.ts";
import { addScaled, dot, norm } from "../../linalg.ts";
import type { Fit, FitContext } from "../learner.ts";
import { linearModel, linearRows, oneAgainstRest, spreadOut } from "../linearModel.ts";
import type { CholeskyFactor } from "./cholesky.ts";
import { startLbfgs } from "./lbfgs.ts";
import { linearObjective, type RowLoss } from "./linearObjective.ts";
import { isWide } from "./linearRows.ts";
import { type Evaluation, minimizeNewton, type NewtonResult, type Preconditioner } from "./newton.ts";

interface PrimalProblem {
  readonly data: Dataset;
  /** The weight of each row's loss. */
  readonly weights: Float64Array;
  readonly loss: RowLoss;
  /** Factor of 1/2 ||w||^2. */
  readonly penalty: number;
  /** Norm of the gradient at which training stops, relative to its norm at w = 0, b = 0. */
  readonly tolerance: number;
  /** A fit to start from. */
  readonly start?: Fit | undefined;
  /** Whether the loss is quadratic. */
  readonly quadratic?: boolean;
  /** Whether its second derivative has no jumps, so that a few gradients say much of it. */
  readonly smooth?: boolean;
}

/** Products of the Hessian with a vector that its factor may cost to be computed at the start. */
const WORTH_FACTORING = 60;

/** What a fit remembers: the optima over the columns that had entries, and what preconditioned their last steps. */
interface PrimalState {
  readonly columns: Int32Array;
  readonly optima: readonly Pick<NewtonResult, "x" | "factor">[];
}

/** The linear model that minimises penalty/2 ||w||^2 + sum_i weight_i loss(y_i, f(x_i)), one class against the rest. */
export async function fitPrimal(problem: PrimalProblem, context: FitContext): Promise<Fit> {
  const { data, weights, loss, penalty, tolerance, quadratic = false, smooth = false } = problem;
  const compressed = linearRows(data, context.scaling);
  const { rows, columns } = compressed;
  const known = problem.start ? carriedOver(problem.start.state as PrimalState, columns, penalty) : undefined;
  /** At the origin the losses bend alike whatever the labels, so that all classes share the first factor. */
  let shared: CholeskyFactor | undefined;
  const solved = await oneAgainstRest(data, async (y, k) => {
    const objective = linearObjective(rows, y, weights, loss, penalty, context.runtime);
    const origin = new Float64Array(rows.columns + 1);
    const atOrigin = objective(origin);
    const evaluate = (theta: Float64Array) => (theta === origin ? atOrigin : objective(theta));
    const small = tolerance * norm(atOrigin.gradient);
    // Several classes share the factor; two would pay for it alone. Of wide rows Newton's systems are easy.
    const beginsByGradients = smooth && data.classNames.length === 2 && !isWide(rows);
    if (!known && !beginsByGradients && atOrigin.factorCost < WORTH_FACTORING) shared ??= await atOrigin.factor?.();
    const start =
      known?.[k].x ?? (beginsByGradients ? startLbfgs(evaluate, origin, small, withoutBias(atOrigin)) : origin);
    const result = await minimizeNewton(evaluate, start, {
      tolerance: small,
      maxIterations: 500,
      factor: known?.[k].factor ?? shared,
      quadratic,
    });
    if (!result.converged) throw notReached(result, tolerance);
    return result;
  });
  context.onProgress?.(1);
  const functions = solved.map(({ x }) => spreadOut(compressed, x, x[rows.columns]));
  const state: PrimalState = { columns, optima: solved.map(({ x, factor }) => ({ x, factor })) };
  return {
    model: linearModel(functions, data),
    training: {
      objective: solved.reduce((sum, { value }) => sum + value, 0),
      gradientNorm: Math.max(...solved.map(({ gradientNorm }) => gradientNorm)),
      iterations: solved.reduce((sum, { iterations }) => sum + iterations, 0),
    },
    state,
  };
}

/**
 * T T^T, where (w, b - m . w) = T (w, b): b is then the bias of rows whose weighted mean m is taken off, so that the
 * Hessian (here at the origin) no longer couples it with the weights. Of images most of the Hessian is that coupling:
 * L-BFGS takes a third less steps.
 */
function withoutBias({ gradient, hessianVector }: Evaluation): Preconditioner {
  const d = gradient.length - 1;
  const bias = new Float64Array(d + 1);
  bias[d] = 1;
  const column = hessianVector(bias);
  const mean = column.subarray(0, d).map((value) => value / column[d]);
  return (v) => {
    const product = v.slice();
    addScaled(product.subarray(0, d), -v[d], mean);
    product[d] -= dot(mean, product.subarray(0, d));
    return product;
  };
}

/**
 * Optima and factors over the columns that now have entries. A column that had none was coupled to nothing, so that the
 * factor gets a row of its own for it, with the penalty's root on the diagonal.
 */
function carriedOver({ columns, optima }: PrimalState, wanted: Int32Array, penalty: number): PrimalState["optima"] {
  if (columns.length === wanted.length && columns.every((column, j) => column === wanted[j])) return optima;
  const known = new Map(Array.from(columns, (column, j) => [column, j]));
  const from = [...Array.from(wanted, (column) => known.get(column) ?? -1), columns.length];
  const size = from.length;
  return optima.map(({ x, factor }) => {
    const moved = Float64Array.from(from, (j) => (j < 0 ? 0 : x[j]));
    if (!factor) return { x: moved, factor };
    const lower = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      if (from[i] < 0) lower[i * size + i] = Math.sqrt(penalty);
      else
        for (let j = 0; j <= i; j++)
          if (from[j] >= 0) lower[i * size + j] = factor.lower[from[i] * factor.size + from[j]];
    }
    return { x: moved, factor: { size, lower } };
  });
}

export function notReached(
  { iterations, gradientNorm }: Pick<NewtonResult, "iterations" | "gradientNorm">,
  tolerance: number,
): InputError {
  return new InputError("invalid", "training", {
    expected: `a gradient of ${tolerance} of its norm at the start`,
    got: Number.isFinite(gradientNorm)
      ? `norm ${gradientNorm.toExponential(1)} after ${iterations} iterations`
      : "numbers that float64 does not hold",
    remedy: "scale the features to [0, 1], or choose a larger tolerance or stronger regularisation",
  });
}
