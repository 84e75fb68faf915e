// The dual problem of a support vector machine with many rows, solved over those near the margin.

import { biasOf, type DualState, errorsOf } from "./dualState.ts";
import { violationOf } from "./smo.ts";
import { solveWorkingSets } from "./workingSets.ts";

/** The first rows are this share of all. */
const SAMPLE = 1 / 8;
/** Rows on a bound are left out where their error exceeds this on the side of their bound. */
const MARGIN = 0.3;

/**
 * Solves the problem to its tolerance, in place; returns the number of pairs moved.
 *
 * Most rows end up beyond the margin, with beta_i = 0. So the problem is solved over a sample; that shows which rows
 * lie near the margin or on its wrong side, and it is solved over those, until no other row violates the conditions.
 * Kernel rows are then as long as there are such rows, and rows of full length are needed once a round.
 *
 * Source: the shrinking of Joachims, Making large-scale SVM learning practical (1998), begun from a sample.
 *
 * @throws InputError where the optimum is not reached within the allowed iterations.
 */
export async function solveShrinking(state: DualState): Promise<number> {
  const { kernel, lower, upper, beta, f, tolerance } = state;
  let iterations = 0;
  let violation = violationOf({ lower, upper, b: beta, error: errorsOf(state) });
  let isFirst = beta.every((value) => value === 0);
  while (violation > tolerance) {
    const rows = isFirst ? sampleOf(state) : nearMargin(state);
    const pick = (values: Float64Array) => Float64Array.from(rows, (i) => values[i]);
    const part = {
      ...state,
      kernel: await kernel.over(rows),
      y: pick(state.y),
      lower: pick(lower),
      upper: pick(upper),
      beta: pick(beta),
      f: pick(f),
      tolerance: isFirst ? Math.max(tolerance, 0.01) : tolerance / 2,
      maxIterations: state.maxIterations - iterations,
    };
    try {
      iterations += await solveWorkingSets(part);
    } finally {
      await part.kernel.release();
    }
    const change = part.beta.map((value, k) => value - beta[rows[k]]);
    const difference = await kernel.combine(
      rows.filter((_, k) => change[k] !== 0),
      change.filter((value) => value !== 0),
    );
    rows.forEach((i, k) => {
      beta[i] = part.beta[k];
    });
    for (let i = 0; i < f.length; i++) f[i] += difference[i];
    violation = violationOf({ lower, upper, b: beta, error: errorsOf(state) });
    isFirst = false;
  }
  return iterations;
}

/** Every eighth row of either class. */
function sampleOf({ y }: DualState): Int32Array {
  const seen = new Map<number, number>();
  return Int32Array.from(y.keys()).filter((i) => {
    const before = seen.get(y[i]) ?? 0;
    seen.set(y[i], before + 1);
    return before % (1 / SAMPLE) === 0;
  });
}

/** The rows off their bounds, those that violate the conditions, and those not far from doing so. */
function nearMargin(state: DualState): Int32Array {
  const { lower, upper, beta } = state;
  const error = errorsOf(state);
  const centre = biasOf(beta, lower, upper, error);
  return Int32Array.from(error.keys()).filter(
    (i) => (beta[i] < upper[i] && error[i] > centre - MARGIN) || (beta[i] > lower[i] && error[i] < centre + MARGIN),
  );
}
