// The dual problem of a support vector machine, solved by working sets.

import { InputError } from "../../errors.ts";
import { solveBox } from "./boxProblem.ts";
import { biasOf, type DualState, errorsOf } from "./dualState.ts";
import type { KernelMatrix } from "./kernel.ts";
import { violationOf } from "./smo.ts";

/** Rows that join the working set at a time, from either side: a share of all, between so few and so many. */
const [NEWCOMERS, FEWEST, MOST] = [1 / 10, 64, 192];
/** Exact steps start once errors are below this, half the width of the margin: earlier the set still changes. */
const POLISH = 1;
/** So many at a time. */
const EXACT = 5;
/** Working sets without a violation less than those before, after which none is expected. */
const PATIENCE = 1000;
/** The most rows a working set may have: its part of K fills 128 MB. */
const WORKING_SET = 4096;
/** And how many of them may be off their bounds. */
export const MOST_FREE = WORKING_SET - 2 * MOST;

/**
 * Solves the problem to its tolerance, in place; returns the number of pairs moved.
 *
 * A working set holds the rows off their bounds and those that violate the optimality conditions most. On it the
 * problem is solved by pairwise steps and exact steps on the free variables, with its part of K dense in memory. Then
 * the errors of all rows are brought up to date and the set is chosen anew, until over all rows the violation is at
 * most the tolerance.
 *
 * Source: Joachims, Making large-scale SVM learning practical (1998); Wen et al., ThunderSVM (JMLR 2018).
 *
 * @throws InputError where the optimum is not reached within the allowed iterations.
 */
export async function solveWorkingSets(state: DualState): Promise<number> {
  const { kernel, y, lower, upper, beta, f, tolerance, maxIterations } = state;
  const error = errorsOf(state);
  const gram = growingGram(kernel);
  let iterations = 0;
  let violation = violationOf({ lower, upper, b: beta, error });
  let [least, rounds] = [violation, 0];
  // Not written as `>`: a violation that is no number is none of at most the tolerance.
  while (!(violation <= tolerance)) {
    if (iterations >= maxIterations || rounds === PATIENCE || Number.isNaN(violation))
      throw notReached(iterations, violation, tolerance);
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
    const effort = { tolerance: Math.max(tolerance / 2, violation / 10), maxIterations: maxIterations - iterations };
    iterations += 1 + solveBox(part, { ...effort, exactSteps: violation < POLISH ? EXACT : 0 });
    const change = part.b.map((value, k) => value - beta[set[k]]);
    const moved = set.filter((_, k) => change[k] !== 0);
    const difference = await kernel.combine(
      moved,
      change.filter((value) => value !== 0),
    );
    set.forEach((i, k) => {
      beta[i] = part.b[k];
    });
    for (let i = 0; i < y.length; i++) {
      f[i] += difference[i];
      error[i] = y[i] - f[i];
    }
    violation = violationOf({ lower, upper, b: beta, error });
    rounds = violation < least ? 0 : rounds + 1;
    least = Math.min(least, violation);
    // The same set would be chosen again, and solved to the same end.
    if (moved.length === 0 && violation > tolerance) throw notReached(iterations, violation, tolerance);
  }
  return iterations;
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
  const kept = free.length > MOST_FREE ? bothEnds(free, error) : free;
  const newcomers = Math.min(MOST, Math.max(FEWEST, Math.ceil(NEWCOMERS * beta.length)));
  return Int32Array.from([...kept, ...worst(rising).slice(0, newcomers), ...worst(falling).slice(0, newcomers)]).sort();
}

/** The rows of the largest and of the least errors: those of one side alone have nothing to give each other. */
function bothEnds(rows: number[], error: Float64Array): number[] {
  rows.sort((i, j) => error[j] - error[i]);
  return [...rows.slice(0, MOST_FREE / 2), ...rows.slice(-MOST_FREE / 2)];
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

/** What is told of an optimum that is not reached. */
export function notReached(iterations: number, violation: number, tolerance: number): InputError {
  return new InputError("invalid", "training of the support vector machine", {
    expected: `violations of the optimality conditions of at most ${tolerance} within ${iterations} iterations`,
    got: violation.toExponential(1),
    remedy: "scale the features to [0, 1], or choose a smaller C or a larger tolerance",
  });
}
