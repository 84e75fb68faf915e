// Sequential minimal optimisation: the dual problem of support vector machines, two variables at a time.

import { InputError } from "../errors.ts";

export interface SmoProblem {
  /** -1 or +1 for each of the n training points. */
  readonly y: Float64Array;
  /** Upper bound of each dual variable. */
  readonly bound: Float64Array;
  /** k(x_i, x_j) for all j. */
  kernelRow(i: number): Float64Array;
  /** k(x_i, x_i) for all i. */
  readonly diagonal: Float64Array;
  /** Largest violation of the optimality conditions that is accepted. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

export interface SmoSolution {
  /** Dual variables, 0 to bound. */
  readonly alpha: Float64Array;
  readonly bias: number;
  /** 1/2 alpha^T Q alpha - sum alpha, with Q_ij = y_i y_j k(x_i, x_j); the dual objective is its negative. */
  readonly objective: number;
  readonly iterations: number;
  readonly violation: number;
}

/** Curvature below this is taken to be this. */
const TINY = 1e-12;

/**
 * minimise 1/2 alpha^T Q alpha - sum alpha subject to 0 <= alpha <= bound, y^T alpha = 0.
 *
 * Each iteration moves the pair that violates the optimality conditions most by first order (i) and promises the
 * largest decrease by second order (j).
 *
 * Source: Fan, Chen and Lin, Working set selection using second order information (JMLR 2005), algorithm WSS 2.
 *
 * @throws InputError where the optimum is not reached within the allowed iterations.
 */
export function solveSmo(problem: SmoProblem): SmoSolution {
  const { y, bound, diagonal, tolerance } = problem;
  const n = y.length;
  const alpha = new Float64Array(n);
  const gradient = new Float64Array(n).fill(-1);
  for (let iteration = 0; ; iteration++) {
    // The steepest of those that may move in the direction of y.
    let i = -1;
    let highest = Number.NEGATIVE_INFINITY;
    let lowest = Number.POSITIVE_INFINITY;
    for (let t = 0; t < n; t++) {
      const value = -y[t] * gradient[t];
      if (value > highest && (y[t] > 0 ? alpha[t] < bound[t] : alpha[t] > 0)) {
        highest = value;
        i = t;
      }
      if (value < lowest && (y[t] > 0 ? alpha[t] > 0 : alpha[t] < bound[t])) lowest = value;
    }
    const violation = highest - lowest;
    if (i < 0 || violation <= tolerance) {
      return {
        alpha,
        bias: biasOf(problem, alpha, gradient),
        objective: objectiveOf(alpha, gradient),
        iterations: iteration,
        violation,
      };
    }
    if (iteration >= problem.maxIterations) throw notReached(problem.maxIterations, violation, tolerance);
    const rowI = problem.kernelRow(i);
    let j = -1;
    let bestGain = 0;
    for (let t = 0; t < n; t++) {
      if (!(y[t] > 0 ? alpha[t] > 0 : alpha[t] < bound[t])) continue;
      const difference = highest + y[t] * gradient[t];
      if (difference <= 0) continue;
      const gain = (difference * difference) / Math.max(diagonal[i] + diagonal[t] - 2 * rowI[t], TINY);
      if (gain > bestGain) {
        bestGain = gain;
        j = t;
      }
    }
    const rowJ = problem.kernelRow(j);
    // Move by delta along (y_i, -y_j): the equality constraint holds by construction.
    const curvature = Math.max(diagonal[i] + diagonal[j] - 2 * rowI[j], TINY);
    let delta = (highest + y[j] * gradient[j]) / curvature;
    delta = Math.min(delta, y[i] > 0 ? bound[i] - alpha[i] : alpha[i], y[j] > 0 ? alpha[j] : bound[j] - alpha[j]);
    alpha[i] = within(alpha[i] + y[i] * delta, bound[i]);
    alpha[j] = within(alpha[j] - y[j] * delta, bound[j]);
    for (let t = 0; t < n; t++) gradient[t] += delta * y[t] * (rowI[t] - rowJ[t]);
  }
}

/** Snaps to the bounds, so that what lies on a bound is exactly on it. */
function within(value: number, bound: number): number {
  if (value < 1e-12 * bound) return 0;
  return value > bound * (1 - 1e-12) ? bound : value;
}

/** The mean over free variables, where y f(x) = 1; between the two sides where there are none. */
function biasOf({ y, bound }: SmoProblem, alpha: Float64Array, gradient: Float64Array): number {
  let sum = 0;
  let free = 0;
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (let t = 0; t < y.length; t++) {
    const value = -y[t] * gradient[t];
    if (alpha[t] > 0 && alpha[t] < bound[t]) {
      sum += value;
      free++;
    } else if ((alpha[t] === 0) === y[t] > 0) low = Math.max(low, value);
    else high = Math.min(high, value);
  }
  return free > 0 ? sum / free : (low + high) / 2;
}

function objectiveOf(alpha: Float64Array, gradient: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < alpha.length; t++) sum += alpha[t] * (gradient[t] - 1);
  return sum / 2;
}

function notReached(iterations: number, violation: number, tolerance: number): InputError {
  return new InputError("invalid", "training of the support vector machine", {
    expected: `violations of the optimality conditions of at most ${tolerance} within ${iterations} iterations`,
    got: violation.toExponential(1),
    remedy: "scale the features to [0, 1], or choose a smaller C or a larger tolerance",
  });
}
