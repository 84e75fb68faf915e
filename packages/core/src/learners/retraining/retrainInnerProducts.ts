// Linear learners of smooth losses held open for poisoning, in terms of inner products: for few rows of many features.

import { type Dataset, denseRows } from "../../data/dataset.ts";
import { addScaled, concatenate, dot, norm, sum } from "../../linalg.ts";
import { tensor } from "../../tensor.ts";
import type { Retraining } from "../learner.ts";
import { inner } from "../solvers/growingRows.ts";
import { notReached } from "../solvers/linearFit.ts";
import type { LinearRetraining } from "../solvers/linearObjective.ts";
import { linearForm, type MovingKernel, movingKernel } from "../solvers/movingKernel.ts";
import { backtrack, forcingOf } from "../solvers/newton.ts";
import { extendedFactor, type SpannedFactor, solveHessian, spannedFactor } from "../solvers/spannedHessian.ts";
import { inProduct, length, type SpannedWeights, scaled, squareTimes } from "../solvers/spannedWeights.ts";
import { heldOpen } from "./retraining.ts";

/** The problem of some rows at its optimum. */
interface Solved {
  readonly kernel: MovingKernel;
  readonly y: Float64Array;
  readonly at: Point;
  readonly factor: SpannedFactor;
  /** The factor for the rows that were settled before, from which that was made. */
  readonly near: SpannedFactor;
  readonly loss: number;
  /** The derivative of the loss by the decision value of each validation point. */
  readonly validationSlopes: Float64Array;
  /** Products with the Hessian that the fit took. */
  readonly products: number;
}

/** Weights and what follows from them. */
interface Point {
  readonly weights: SpannedWeights;
  readonly value: number;
  /** First and second derivatives of the rows' losses by their decision values. */
  readonly slopes: Float64Array;
  readonly curvatures: Float64Array;
  readonly gradient: SpannedWeights;
  readonly gradientNorm: number;
}

/** Products with the Hessian in a fit from which on its factor is worth computing anew. */
const STALE = 30;
/** Relative residual of the linear system behind a derivative. */
const DERIVATIVE = 1e-10;
/** Relative residual that rounding allows. */
const ROUNDING = 1e-12;
/** Newton steps of a fit, at most. */
const MAX_STEPS = 200;

/**
 * As `retrainRows`, where inner products of rows cost less than the rows themselves.
 *
 * With w = X^T u and K = X X^T every vector of the iterations is one of coefficients u beside its image K u, and the
 * inner product of two of them u . K u'. The Hessian turns (u, t) into p u + Z (K u + t) and 1^T Z (K u + t), where Z
 * has the second derivatives of the losses and p is the penalty. The derivative by a row is as in `retrainRows`.
 *
 * Rows are taken less the mean of those it is opened with. With a free bias that leaves the optimum where it is, but
 * inner products of rows that are much alike would drown what tells them apart. The tolerance is one of the gradient by
 * those.
 *
 * Source: Demontis et al. 2019, Eqs. 8 and 10 to 12.
 *
 * @throws InputError where the optimum is not reached
 */
export async function retrainInnerProducts(problem: LinearRetraining): Promise<Retraining> {
  const { task, loss: rowLoss, weight, penalty, tolerance, runtime } = problem;
  const sign = (label: number) => (label === 1 ? 1 : -1);
  const validationY = Float64Array.from(task.validation.labels, sign);
  const share = new Float64Array(validationY.length).fill(1 / validationY.length);

  const pointOf = ({ matrix }: MovingKernel, y: Float64Array, u: Float64Array, bias: number): Point => {
    const weights = { u, image: squareTimes(matrix, u), bias };
    const [slopes, curvatures] = [new Float64Array(y.length), new Float64Array(y.length)];
    const f = weights.image.map((value) => value + bias);
    const losses = rowLoss(y, f, new Float64Array(y.length).fill(weight), slopes, curvatures);
    const descent = slopes.map((slope, i) => slope + penalty * u[i]);
    const gradient = { u: descent, image: squareTimes(matrix, descent), bias: sum(slopes) };
    const value = losses + (penalty / 2) * dot(u, weights.image);
    return { weights, value, slopes, curvatures, gradient, gradientNorm: length(gradient) };
  };

  const solve = (
    kernel: MovingKernel,
    y: Float64Array,
    start: SpannedWeights,
    factor: SpannedFactor,
    { near = factor, until = tolerance } = {},
  ): Solved => {
    const n = y.length;
    const limit = until * Math.max(pointOf(kernel, y, new Float64Array(n), 0).gradientNorm, 1);
    let at = pointOf(
      kernel,
      y,
      Float64Array.from({ length: n }, (_, i) => start.u[i] ?? 0),
      start.bias,
    );
    const initial = at.gradientNorm;
    let [steps, products] = [0, 0];
    while (!(at.gradientNorm <= limit)) {
      const { gradient, curvatures, weights } = at;
      const residual = Math.max(forcingOf(at.gradientNorm, initial) * at.gradientNorm, limit / 10);
      const step = solveHessian({ matrix: kernel.matrix, penalty, curvatures, factor }, scaled(gradient, -1), residual);
      products += step.products;
      const next = backtrack(at, inProduct(step.x, gradient), (scale) => {
        const u = weights.u.slice();
        addScaled(u, scale, step.x.u);
        return pointOf(kernel, y, u, weights.bias + scale * step.x.bias);
      });
      if (!next || ++steps === MAX_STEPS) throw notReached({ iterations: steps, gradientNorm: at.gradientNorm }, until);
      at = next;
    }
    const f = new Float64Array(validationY.length).fill(at.weights.bias);
    for (let i = 0; i < n; i++) addScaled(f, at.weights.u[i], kernel.validation[i]);
    const validationSlopes = new Float64Array(f.length);
    const loss = rowLoss(validationY, f, share, validationSlopes, new Float64Array(f.length));
    return { kernel, y, at, factor, near, loss, validationSlopes, products };
  };

  /** The factor with the last rows of a larger kernel added to it, of the curvature that they have at some weights. */
  const extended = (factor: SpannedFactor, { matrix }: MovingKernel, y: Float64Array, at: SpannedWeights) => {
    const n = y.length;
    const from = factor.roots.length;
    const f = Float64Array.from({ length: n - from }, (_, k) => {
      const row = matrix.subarray((from + k) * n, (from + k) * n + at.u.length);
      return inner(row, at.u) + at.bias;
    });
    const curvatures = new Float64Array(f.length);
    rowLoss(y.subarray(from), f, new Float64Array(f.length).fill(weight), new Float64Array(f.length), curvatures);
    return extendedFactor(factor, matrix, Array.from(curvatures), penalty);
  };
  const refreshed = async (solved: Solved): Promise<Solved> => ({
    ...solved,
    factor: await spannedFactor(solved.kernel.matrix, solved.at.curvatures, penalty, runtime),
  });
  /**
   * A factor for the settled rows where an optimum with more rows is: the one it had, or a new one if that took long.
   */
  const nearer = async (settled: Solved, { products, near, at }: Solved): Promise<SpannedFactor> => {
    if (products <= STALE) return near;
    return spannedFactor(settled.kernel.matrix, at.curvatures.slice(0, settled.y.length), penalty, runtime);
  };

  const mean = meanRow(task.data);
  const centered = (x: Float64Array) => x.map((value, at) => value - mean[at % mean.length]);
  const moved = { data: shifted(task.data, centered), validation: shifted(task.validation, centered) };
  const kernel = await movingKernel(moved, linearForm, runtime);
  const y = Float64Array.from(task.data.labels, sign);
  const origin = pointOf(kernel, y, new Float64Array(y.length), 0);
  // The curvature changes most on the way from the origin; half of the way is gone with a factor of its own.
  const first = await spannedFactor(kernel.matrix, origin.curvatures, penalty, runtime);
  const half = await refreshed(solve(kernel, y, origin.weights, first, { until: Math.max(tolerance, 1e-2) }));
  const whole = await refreshed(solve(kernel, y, half.at.weights, half.factor));
  return heldOpen<Solved>({
    first: whole,
    async join(settled, x, labels, from) {
      const all = settled.kernel.with(centered(x));
      const ys = concatenate(settled.y, Float64Array.from(labels, sign));
      const near = from === settled ? settled.factor : await nearer(settled, from);
      return solve(all, ys, from.at.weights, extended(near, all, ys, from.at.weights), { near });
    },
    keep: async (joined) => (joined.products > STALE ? refreshed(joined) : joined),
    async gradient({ kernel, at, factor, validationSlopes, y }, k) {
      const { slopes, curvatures } = at;
      // The part of the solution that the validation points span is known: their slopes over the penalty.
      const known = Float64Array.from(y, (_, i) => inner(kernel.validation[i], validationSlopes) / penalty);
      const u = known.map((value, i) => -curvatures[i] * value);
      const right = { u, image: squareTimes(kernel.matrix, u), bias: sum(validationSlopes) + sum(u) };
      const slope = kernel.derivative(y.length - 1, new Float64Array(y.length), 0, validationSlopes);
      const size = Math.hypot(norm(slope), sum(validationSlopes));
      // Below that, what is left of the right side is its rounding: it may be a thousand times as long as the slope.
      const residual = Math.max(DERIVATIVE * size, ROUNDING * length(right));
      const { x } = solveHessian({ matrix: kernel.matrix, penalty, curvatures, factor }, right, residual);
      const d = kernel.columns;
      const all = new Float64Array(k * d);
      for (let i = 0; i < k; i++) {
        const c = y.length - k + i;
        const bent = curvatures[c] * (known[c] + x.image[c] + x.bias);
        const train = at.weights.u.map((value, j) => -slopes[c] * x.u[j] - bent * value);
        const validation = validationSlopes.map((slope) => (-slopes[c] * slope) / penalty);
        all.set(kernel.derivative(c, train, 0, validation), i * d);
      }
      return all;
    },
  });
}

function meanRow(data: Dataset): Float64Array {
  const { data: values, shape } = denseRows(data);
  const mean = new Float64Array(values.length / shape[0]);
  for (let at = 0; at < values.length; at++) mean[at % mean.length] += Number(values[at]) / shape[0];
  return mean;
}

function shifted(data: Dataset, shift: (x: Float64Array) => Float64Array): Dataset {
  const { data: values, shape } = denseRows(data);
  return { ...data, features: tensor("float64", shape, shift(Float64Array.from(values))) };
}
