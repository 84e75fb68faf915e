// The dual problem of support vector machines over any kernel matrix.

import { biasOf, type DualState, errorsOf } from "./dualState.ts";
import { areKept, type KernelMatrix, MANY } from "./kernel.ts";
import { solveShrinking } from "./shrinking.ts";
import { violationOf } from "./smo.ts";
import { FEW, solveWhole } from "./wholeProblem.ts";
import { solveWorkingSets } from "./workingSets.ts";

interface SvmProblem {
  readonly kernel: KernelMatrix;
  /** -1 or +1 for each of the n rows. */
  readonly y: Float64Array;
  /** C times the weight of each row. */
  readonly bound: Float64Array;
  /** Largest violation of the optimality conditions that is accepted. */
  readonly tolerance: number;
  readonly maxIterations: number;
  /** Where to start: the solution of a problem much like this one. */
  readonly start?: Pick<SvmSolution, "beta" | "f">;
}

export interface SvmSolution {
  /** beta_i = y_i alpha_i, between 0 and y_i bound_i. */
  readonly beta: Float64Array;
  /** K beta: the decision values without the bias. */
  readonly f: Float64Array;
  readonly bias: number;
  /** 1/2 beta^T K beta + sum_i bound_i max(0, 1 - y_i (f_i + bias)). */
  readonly primal: number;
  /** y^T beta - 1/2 beta^T K beta, at most the primal. */
  readonly dual: number;
  readonly supportVectors: number;
  /** Pairs moved. */
  readonly iterations: number;
  readonly violation: number;
}

/**
 * maximise y^T beta - 1/2 beta^T K beta subject to 0 <= y_i beta_i <= bound_i and sum beta = 0.
 *
 * Many rows are shrunk to those near the margin, fewer solved for by working sets, and few of whose kernel
 * rows are kept over all at once.
 *
 * @throws InputError where the optimum is not reached within the allowed iterations.
 */
export async function solveSvm(problem: SvmProblem): Promise<SvmSolution> {
  const { kernel, y, tolerance, maxIterations } = problem;
  const state: DualState = {
    kernel,
    tolerance,
    maxIterations,
    y,
    lower: y.map((sign, i) => (sign > 0 ? 0 : -problem.bound[i])),
    upper: y.map((sign, i) => (sign > 0 ? problem.bound[i] : 0)),
    beta: problem.start?.beta.slice() ?? new Float64Array(y.length),
    f: problem.start?.f.slice() ?? new Float64Array(y.length),
  };
  const iterations = await solveBySize(state);
  return { ...summary(problem, state), iterations };
}

/** Rows that are not kept cost more than the working sets that do without most of them. */
function solveBySize(state: DualState): Promise<number> {
  const { kernel, y } = state;
  if (areKept(kernel) && y.length <= FEW) return solveWhole({ ...state, kernel });
  return y.length > MANY ? solveShrinking(state) : solveWorkingSets(state);
}

function summary({ y, bound }: SvmProblem, state: DualState): Omit<SvmSolution, "iterations"> {
  const { lower, upper, beta, f } = state;
  const error = errorsOf(state);
  const bias = biasOf(beta, lower, upper, error);
  let [quadratic, linear, loss, supportVectors] = [0, 0, 0, 0];
  for (let i = 0; i < y.length; i++) {
    quadratic += beta[i] * f[i];
    linear += beta[i] * y[i];
    loss += bound[i] * Math.max(0, 1 - y[i] * (f[i] + bias));
    if (beta[i] !== 0) supportVectors++;
  }
  const [primal, dual] = [quadratic / 2 + loss, linear - quadratic / 2];
  return { beta, f, bias, primal, dual, supportVectors, violation: violationOf({ lower, upper, b: beta, error }) };
}
