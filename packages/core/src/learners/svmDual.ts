// The dual problem of support vector machines over any kernel matrix, by working sets.

import { InputError } from "../errors.ts";
import { polish } from "./activeSet.ts";
import type { KernelMatrix } from "./kernel.ts";
import { solveSmo, violationOf } from "./smo.ts";

export interface SvmProblem {
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

/** Rows that join the working set at a time, from either side. */
const NEWCOMERS = 192;
/** Exact steps start once errors are below this, half the width of the margin: earlier the set still changes. */
const POLISH = 1;
/** The most rows a working set may have: its part of K fills 128 MB. */
const WORKING_SET = 4096;

/**
 * maximise y^T beta - 1/2 beta^T K beta subject to 0 <= y_i beta_i <= bound_i and sum beta = 0.
 *
 * A working set holds the rows off their bounds and those that violate the optimality conditions most. On it the
 * problem is solved by pairwise steps and exact steps on the free variables, with its part of K dense in memory; the
 * other rows are shrunk away. Then the errors of all rows are brought up to date and the set is chosen anew, until
 * over all rows the violation is at most the tolerance.
 *
 * Source: Joachims, Making large-scale SVM learning practical (1998); Wen et al., ThunderSVM (JMLR 2018).
 *
 * @throws InputError where the optimum is not reached within the allowed iterations.
 */
export async function solveSvm(problem: SvmProblem): Promise<SvmSolution> {
  const { kernel, y, bound, tolerance, maxIterations } = problem;
  const n = y.length;
  const beta = problem.start?.beta.slice() ?? new Float64Array(n);
  const f = problem.start?.f.slice() ?? new Float64Array(n);
  const lower = Float64Array.from(y, (sign, i) => (sign > 0 ? 0 : -bound[i]));
  const upper = Float64Array.from(y, (sign, i) => (sign > 0 ? bound[i] : 0));
  const error = Float64Array.from(y, (sign, i) => sign - f[i]);
  const gram = growingGram(kernel);
  let iterations = 0;
  let violation = violationOf({ lower, upper, b: beta, error });
  while (violation > tolerance) {
    if (iterations >= maxIterations) throw notReached(iterations, violation, tolerance);
    const set = workingSet(beta, lower, upper, error);
    const pick = (values: Float64Array) => Float64Array.from(set, (i) => values[i]);
    const part = {
      size: set.length,
      matrix: await gram(set),
      lower: pick(lower),
      upper: pick(upper),
      b: pick(beta),
      error: pick(error),
    };
    iterations += 1 + solveSmo(part, Math.max(tolerance / 2, violation / 10), maxIterations - iterations);
    if (violation < POLISH) polish(part, 5);
    const change = part.b.map((value, k) => value - beta[set[k]]);
    const moved = set.filter((_, k) => change[k] !== 0);
    const difference = await kernel.combine(
      moved,
      change.filter((value) => value !== 0),
    );
    set.forEach((i, k) => {
      beta[i] = part.b[k];
    });
    for (let i = 0; i < n; i++) {
      f[i] += difference[i];
      error[i] = y[i] - f[i];
    }
    violation = violationOf({ lower, upper, b: beta, error });
  }
  const bias = biasOf(beta, lower, upper, error);
  let [quadratic, linear, loss, supportVectors] = [0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    quadratic += beta[i] * f[i];
    linear += beta[i] * y[i];
    loss += bound[i] * Math.max(0, 1 - y[i] * (f[i] + bias));
    if (beta[i] !== 0) supportVectors++;
  }
  const [primal, dual] = [quadratic / 2 + loss, linear - quadratic / 2];
  return { beta, f, bias, primal, dual, supportVectors, iterations, violation };
}

/** The free rows and the worst violators of either side, ascending. */
function workingSet(beta: Float64Array, lower: Float64Array, upper: Float64Array, error: Float64Array): Int32Array {
  const centre = biasOf(beta, lower, upper, error);
  const free: number[] = [];
  const rising: number[] = [];
  const falling: number[] = [];
  for (let i = 0; i < beta.length; i++) {
    if (beta[i] > lower[i] && beta[i] < upper[i]) free.push(i);
    else if (beta[i] < upper[i] && error[i] > centre) rising.push(i);
    else if (beta[i] > lower[i] && error[i] < centre) falling.push(i);
  }
  const worst = (rows: number[]) => rows.sort((i, j) => Math.abs(error[j] - centre) - Math.abs(error[i] - centre));
  const kept = free.length > WORKING_SET - 2 * NEWCOMERS ? worst(free).slice(0, WORKING_SET - 2 * NEWCOMERS) : free;
  return Int32Array.from([...kept, ...worst(rising).slice(0, NEWCOMERS), ...worst(falling).slice(0, NEWCOMERS)]).sort();
}

/** K[set, set] for one set after the other, of which only what is new is computed. */
function growingGram(kernel: KernelMatrix): (set: Int32Array) => Promise<Float64Array> {
  let known = new Map<number, number>();
  let matrix = new Float64Array(0);
  return async (set) => {
    const size = set.length;
    const fresh = set.filter((i) => !known.has(i));
    const rows = await kernel.block(fresh, set);
    const place = new Map(Array.from(fresh, (i, k) => [i, k]));
    const next = new Float64Array(size * size);
    const positions = Int32Array.from(set, (i) => known.get(i) ?? -1);
    set.forEach((i, a) => {
      const k = place.get(i);
      if (k !== undefined) {
        for (let b = 0; b < size; b++) next[a * size + b] = next[b * size + a] = rows[k * size + b];
        return;
      }
      const row = positions[a] * known.size;
      for (let b = 0; b < size; b++) if (positions[b] >= 0) next[a * size + b] = matrix[row + positions[b]];
    });
    known = new Map(Array.from(set, (i, k) => [i, k]));
    matrix = next;
    return next;
  };
}

/** The mean error of the free rows, on which y = f + bias; between the two sides where there are none. */
function biasOf(beta: Float64Array, lower: Float64Array, upper: Float64Array, error: Float64Array): number {
  let sum = 0;
  let free = 0;
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < beta.length; i++) {
    if (beta[i] > lower[i] && beta[i] < upper[i]) {
      sum += error[i];
      free++;
    } else if (beta[i] < upper[i]) highest = Math.max(highest, error[i]);
    else if (beta[i] > lower[i]) lowest = Math.min(lowest, error[i]);
  }
  return free > 0 ? sum / free : (highest + lowest) / 2;
}

function notReached(iterations: number, violation: number, tolerance: number): InputError {
  return new InputError("invalid", "training of the support vector machine", {
    expected: `violations of the optimality conditions of at most ${tolerance} within ${iterations} iterations`,
    got: violation.toExponential(1),
    remedy: "scale the features to [0, 1], or choose a smaller C or a larger tolerance",
  });
}
