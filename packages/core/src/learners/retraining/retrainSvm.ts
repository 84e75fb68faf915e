// The support vector machine held open for poisoning: its dual problem, solved anew after rows moved, and derived.

import type { Dataset } from "../../data/dataset.ts";
import { InputError } from "../../errors.ts";
import { addScaled, concatenate, dot, sum } from "../../linalg.ts";
import type { Retraining, RetrainTask } from "../learner.ts";
import { solveBox } from "../solvers/boxProblem.ts";
import { cholesky, choleskySolve } from "../solvers/cholesky.ts";
import type { MovingKernel } from "../solvers/movingKernel.ts";
import { type BoxProblem, violationOf } from "../solvers/smo.ts";
import { heldOpen } from "./retraining.ts";

interface SvmRetraining {
  readonly task: RetrainTask;
  readonly C: number;
  /** Largest violation of the optimality conditions that is accepted. */
  readonly tolerance: number;
  readonly kernel: MovingKernel;
}

/** The problem of some rows at its optimum. */
interface Solved {
  readonly kernel: MovingKernel;
  readonly y: Float64Array;
  readonly problem: BoxProblem;
  readonly bias: number;
  /** Decision values of the validation points. */
  readonly f: Float64Array;
  readonly loss: number;
}

/** Pairs that one fit may move. */
const MAX_ITERATIONS = 5_000_000;

/**
 * Binary machines with the hinge loss, over any kernel.
 *
 * The kernel matrix stays in memory, and a row that moves costs one row of it. The dual variables start from where they
 * were, which stays feasible, and pairwise steps in turn with exact steps on the free ones lead back to the optimum.
 *
 * With s the margin support vectors, a = y alpha and A the validation loss, the conditions of optimality
 * K_s a + b = y_s, 1^T a = 0 give the derivative
 *
 *     dA = sum_k A'(f_k) (a_c dk(v_k, x_c)) - sum_{i in s} p_i d(K_i a),  [K_ss 1; 1^T 0] (p, q) = (K_sk; 1^T) A',
 *
 * where d(K_i a) is a_c dk(x_i, x_c), and for i = c, a point on the margin itself, sum_{j != c} a_j dk(x_c, x_j) +
 * a_c dk(x_c, x_c). A point that is no support vector has derivative 0.
 *
 * Source: Demontis et al. 2019, Eq. 9; the case i = c is left out there.
 */
export function retrainSvm({ task, C, tolerance, kernel }: SvmRetraining): Retraining {
  const sign = (label: number) => (label === 1 ? 1 : -1);
  const watched = Float64Array.from(task.validation.labels, sign);

  function solve(kernel: MovingKernel, y: Float64Array, start: Float64Array): Solved {
    const n = y.length;
    const b = new Float64Array(n);
    b.set(start);
    const problem: BoxProblem = {
      size: n,
      matrix: kernel.matrix,
      lower: y.map((value) => (value > 0 ? 0 : -C)),
      upper: y.map((value) => (value > 0 ? C : 0)),
      b,
      error: y.slice(),
    };
    for (let i = 0; i < n; i++) {
      if (b[i] !== 0) addScaled(problem.error, -b[i], kernel.matrix.subarray(i * n, (i + 1) * n));
    }
    let iterations = 0;
    let violation = violationOf(problem);
    while (violation > tolerance) {
      if (iterations > MAX_ITERATIONS) throw notReached(violation, tolerance);
      const effort = { tolerance: Math.max(tolerance / 2, violation / 10), maxIterations: MAX_ITERATIONS };
      iterations += 1 + solveBox(problem, { ...effort, exactSteps: violation < 1 ? 5 : 0 });
      violation = violationOf(problem);
    }
    const bias = biasOf(problem);
    const f = new Float64Array(watched.length).fill(bias);
    for (let i = 0; i < n; i++) if (b[i] !== 0) addScaled(f, b[i], kernel.validation[i]);
    let loss = 0;
    for (let k = 0; k < f.length; k++) loss += Math.max(0, 1 - watched[k] * f[k]);
    return { kernel, y, problem, bias, f, loss: loss / f.length };
  }

  return heldOpen<Solved>({
    first: solve(kernel, Float64Array.from(task.data.labels, sign), new Float64Array(0)),
    join(settled, x, labels, from) {
      const y = concatenate(settled.y, Float64Array.from(labels, sign));
      return solve(settled.kernel.with(x), y, from.problem.b);
    },
    async gradient(current, k) {
      const adjoint = adjointOf(current, watched);
      const all = new Float64Array(k * kernel.columns);
      for (let i = 0; i < k; i++) all.set(derivative(current, adjoint, current.y.length - k + i), i * kernel.columns);
      return all;
    },
  });
}

/** What a change of the conditions of optimality does to the validation loss. */
interface Adjoint {
  /** The derivative of the loss by the decision value of each validation point. */
  readonly slope: Float64Array;
  /** The free rows, and p of each. */
  readonly free: Int32Array;
  readonly p: Float64Array;
}

function adjointOf({ kernel, problem, f }: Solved, watched: Float64Array): Adjoint {
  const { size: n, matrix, lower, upper, b } = problem;
  const slope = f.map((value, k) => (watched[k] * value < 1 ? -watched[k] / f.length : 0));
  const free = Int32Array.from(b.keys()).filter((i) => b[i] > lower[i] && b[i] < upper[i]);
  const m = free.length;
  if (m === 0) return { slope, free, p: new Float64Array(0) };
  const block = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) block[i * m + j] = matrix[free[i] * n + free[j]];
    // A linear kernel has no more independent rows than features.
    block[i * m + i] *= 1 + 1e-11;
  }
  const factor = cholesky(block, m);
  const right = Float64Array.from(free, (i) => dot(kernel.validation[i], slope));
  const u = choleskySolve(factor, right);
  const v = choleskySolve(factor, new Float64Array(m).fill(1));
  const q = (sum(u) - sum(slope)) / sum(v);
  return { slope, free, p: u.map((value, k) => value - q * v[k]) };
}

function derivative({ kernel, problem }: Solved, { slope, free, p }: Adjoint, c: number): Float64Array {
  const { size: n, b } = problem;
  if (b[c] === 0) return new Float64Array(kernel.columns);
  const onTraining = new Float64Array(n);
  let onItself = 0;
  free.forEach((i, k) => {
    if (i !== c) onTraining[i] -= p[k] * b[c];
    else {
      for (let j = 0; j < n; j++) if (j !== c) onTraining[j] -= p[k] * b[j];
      onItself -= p[k] * b[c];
    }
  });
  const onValidation = slope.map((value) => b[c] * value);
  return kernel.derivative(c, onTraining, onItself, onValidation);
}

/** @throws InputError for data with more than two classes, or classes that are balanced. */
export function requireBinary(learner: string, { classNames }: Dataset, balanced: boolean): void {
  if (classNames.length !== 2) {
    throw new InputError("unsupported", `number of classes for poisoning through ${learner}`, {
      expected: "2",
      got: String(classNames.length),
      remedy: "use logistic with multinomial=true, mlp or cnn as the surrogate",
    });
  }
  if (balanced) {
    throw new InputError("unsupported", `option balanced of ${learner} in a surrogate of poisoning`, {
      expected: "false: with it, a point that joins would change the weight of every row",
      got: "true",
      remedy: "leave it out",
    });
  }
}

/** The mean error of the free rows; between the two sides where there are none. */
function biasOf({ b, lower, upper, error }: BoxProblem): number {
  let [total, free] = [0, 0];
  let [highest, lowest] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < b.length; i++) {
    if (b[i] > lower[i] && b[i] < upper[i]) {
      total += error[i];
      free++;
    } else if (b[i] < upper[i]) highest = Math.max(highest, error[i]);
    else lowest = Math.min(lowest, error[i]);
  }
  return free > 0 ? total / free : (highest + lowest) / 2;
}

function notReached(violation: number, tolerance: number): InputError {
  return new InputError("invalid", "training of the support vector machine", {
    expected: `violations of the optimality conditions of at most ${tolerance}`,
    got: violation.toExponential(1),
    remedy: "scale the features to [0, 1], or choose a smaller C or a larger tolerance",
  });
}
