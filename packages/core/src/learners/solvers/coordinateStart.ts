// Where the dual problem of a linear support vector machine begins whose sparse rows have more columns than there are
// rows: at its optimum, which one row after the other comes to fast.

import { sum } from "../../linalg.ts";
import { permutation, stream } from "../../random.ts";
import { coordinatePass, type Moving } from "./coordinatePass.ts";
import { errorsOf, shareOfWay } from "./dualState.ts";
import { addTo, type MappedSparse, times } from "./linearRows.ts";
import { violationOf } from "./smo.ts";
import type { SvmSolution } from "./svmDual.ts";
import { balance } from "./warmStart.ts";

/**
 * How far the bias moves for what the dual variables sum to, against the mean of K_ii: rows then couple but little. If
 * all were at their bounds it is to move by 1 at least.
 */
const STEP = 1 / 32;
/** Passes over the rows that a start may take; a tenth of what Newton steps take where they suffice. */
const MOST_PASSES = 300;
/** How much less than the last pass, or than the bias moved, rows may violate before the bias has its next centre. */
const CLOSER = 0.1;

/**
 * Dual variables within their bounds, which sum to zero, and their K beta; undefined where the conditions of optimality
 * are still violated by more than `tolerance` after 300 passes.
 *
 * The constraint sum beta = 0 is a penalty step / 2 (sum beta)^2 + centre sum beta, of which the bias is the
 * derivative: one variable then moves alone, to its own optimum. The bias that was come to is the next centre, so that
 * the penalty vanishes. Rows that share few columns hardly disturb each other, and a pass costs two products with the
 * rows.
 *
 * Source: Hsieh et al., A dual coordinate descent method for large-scale linear SVM (ICML 2008), algorithm 1; the
 * constraint: Rockafellar, Augmented Lagrangians and applications of the proximal point algorithm (1976).
 */
export function coordinateStart(
  x: MappedSparse,
  y: Float64Array,
  bound: Float64Array,
  tolerance: number,
  onProgress?: (done: number) => void,
): Pick<SvmSolution, "beta" | "f"> | undefined {
  const lower = y.map((sign, i) => (sign > 0 ? 0 : -bound[i]));
  const upper = y.map((sign, i) => (sign > 0 ? bound[i] : 0));
  const moving: Moving = { beta: new Float64Array(x.rows), weights: new Float64Array(2 * x.columns), bias: 0 };
  for (let j = 0; j < x.columns; j++) moving.weights[2 * j + 1] = x.range ? 1 / x.range[j] ** 2 : 1;
  const curvature = squaresOf(x, moving.weights);
  const step = Math.max((STEP * sum(curvature)) / x.rows, 1 / sum(bound));
  const random = stream(0, "order of rows");
  let first: number | undefined;
  for (let [passes, centre, near] = [0, 0, 1]; passes < MOST_PASSES; ) {
    let worst = Number.POSITIVE_INFINITY;
    while (worst > near && passes < MOST_PASSES) {
      worst = coordinatePass(x, permutation(random, x.rows), { y, lower, upper, curvature, step }, moving);
      passes++;
    }
    const beta = moving.beta.slice();
    balance(beta, lower, upper);
    const f = times(x, addTo(x, beta, new Float64Array(x.columns)));
    const violation = violationOf({ lower, upper, b: beta, error: errorsOf({ y, f }) });
    first ??= violation;
    onProgress?.(shareOfWay(first, violation, tolerance));
    if (violation <= tolerance) return { beta, f };
    if (Number.isNaN(violation)) return undefined;
    near = Math.max(tolerance / 8, Math.min(near, CLOSER * Math.max(Math.abs(moving.bias - centre), worst)));
    centre = moving.bias;
    moving.bias += step * sum(moving.beta);
  }
  return undefined;
}

/** The squared norms of the rows, as their columns are mapped. */
function squaresOf({ rows, start, index, value }: MappedSparse, weights: Float64Array): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let square = 0;
    for (let k = start[i]; k < start[i + 1]; k++) square += value[k] * value[k] * weights[2 * index[k] + 1];
    return square;
  });
}
