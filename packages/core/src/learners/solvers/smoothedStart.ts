// Where the dual problem of a linear support vector machine of many rows begins: at the optimum of a smoothed hinge.

import { sum } from "../../linalg.ts";
import type { Runtime } from "../../models/runtime.ts";
import { MAX_FREE } from "./activeSet.ts";
import { linearObjective, type RowLoss } from "./linearObjective.ts";
import { addTo, type LinearRows, times } from "./linearRows.ts";
import { minimizeNewton } from "./newton.ts";
import type { SvmSolution } from "./svmDual.ts";
import { rebalance } from "./warmStart.ts";

/** Half the width of the band in which the hinge is first smoothed, and by how much it narrows at a time. */
const [WIDEST, NARROWER] = [2, 1 / 4];
/** Norm of the gradient at which an optimum is near enough: in widths of the band, and of all slopes what rounds. */
const [PRECISION, ROUNDING] = [1e-3, 1e-14];
/** Newton steps in one band: where they do not suffice, what they came to is a start all the same. */
const MOST_STEPS = 50;

/**
 * The hinge max(0, 1 - y f), a parabola where the two differ by less than h: (1 + h - y f)^2 / 4h. Its second
 * derivative is 1 / 2h there, and 0 elsewhere.
 *
 * Source: Chapelle, Training a support vector machine in the primal (Neural Computation 2007), equation 2.8.
 */
export const smoothedHinge =
  (h: number): RowLoss =>
  (y, f, weights, slope, curvature) => {
    let value = 0;
    for (let i = 0; i < f.length; i++) {
      const short = 1 - y[i] * f[i];
      const part = Math.min(1, Math.max(0, (short + h) / (2 * h)));
      value += weights[i] * (part === 1 ? short : h * part * part);
      slope[i] = -weights[i] * y[i] * part;
      curvature[i] = part > 0 && part < 1 ? weights[i] / (2 * h) : 0;
    }
    return value;
  };

/**
 * Dual variables within their bounds, which sum to zero, and their K beta: near the solution where rows are many.
 *
 * A row's dual variable is the slope of its loss, and at the optimum of the smoothed problem w = X^T beta and sum beta
 * = 0 hold as they do at that of the hinge. So these violate the hinge's conditions of optimality by 2h at most. The
 * band narrows until that is within the tolerance, or there are so few rows in it that the dual's exact steps can do
 * them: of D columns, at the hinge's optimum some D + 1. Each optimum is where the next search begins.
 */
export async function smoothedStart(
  x: LinearRows,
  y: Float64Array,
  bound: Float64Array,
  tolerance: number,
  runtime: Runtime,
): Promise<Pick<SvmSolution, "beta" | "f">> {
  let theta: Float64Array = new Float64Array(x.columns + 1);
  const few = Math.min(MAX_FREE, 2 * (x.columns + 1));
  const rounded = ROUNDING * sum(bound);
  for (let h = WIDEST; ; h *= NARROWER) {
    const loss = smoothedHinge(h);
    const objective = linearObjective(x, y, bound, loss, 1, runtime);
    const near = { tolerance: Math.max(PRECISION * h, rounded), maxIterations: MOST_STEPS };
    theta = (await minimizeNewton(objective, theta, near)).x;
    const [beta, curvature] = [times(x, theta, theta[x.columns]), new Float64Array(x.rows)];
    loss(y, beta, bound, beta, curvature);
    let inside = 0;
    for (const bent of curvature) if (bent > 0) inside++;
    if (inside > few && 4 * h > tolerance) continue;
    for (let i = 0; i < beta.length; i++) beta[i] = -beta[i];
    if (balanceInside(beta, curvature, y, bound) !== 0) rebalance(beta);
    return { beta, f: times(x, addTo(x, beta, new Float64Array(x.columns))) };
  }
}

/**
 * Makes the variables of rows in the band sum to zero with the others, as far as their bounds let them; what is left.
 * Others stay on their bounds, where the conditions of optimality have them.
 */
function balanceInside(beta: Float64Array, curvature: Float64Array, y: Float64Array, bound: Float64Array): number {
  let excess = sum(beta);
  for (let i = 0; i < beta.length && excess !== 0; i++) {
    if (curvature[i] === 0) continue;
    const before = beta[i];
    beta[i] = y[i] * Math.min(bound[i], Math.max(0, y[i] * (before - excess)));
    excess -= before - beta[i];
  }
  return excess;
}
