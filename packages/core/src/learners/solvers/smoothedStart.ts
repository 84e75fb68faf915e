// Where the dual problem of a linear support vector machine of many rows begins: near the hinge's optimum, to which
// optima of smoothed hinges lead.

import { InputError } from "../../errors.ts";
import { sum } from "../../linalg.ts";
import type { Runtime } from "../../models/runtime.ts";
import { errorsOf, shareOfWay } from "./dualState.ts";
import { linearObjective, type RowLoss } from "./linearObjective.ts";
import { addSquares, addTo, type LinearRows, times } from "./linearRows.ts";
import { minimizeNewton } from "./newton.ts";
import { violationOf } from "./smo.ts";
import type { SvmSolution } from "./svmDual.ts";
import { balance } from "./warmStart.ts";
import { MOST_FREE } from "./workingSets.ts";

/** Half the width of the band in which the hinge is smoothed at the start, at least. */
const WIDEST = 1;
/** By how much the band narrows at a time. */
const NARROWER = 1 / 4;
/** The mean of K_ii against what the band adds to it, 2h / C: so well conditioned is a round. */
const CONDITION = 60;
/** A round is to leave less than this part of the violation before it, or the band narrows. */
const SLOW = 0.1;
/** The part of the violation before it that a round may leave because its optimum is not exact. */
const INEXACT = 0.02;
/** Norm of the gradient that rounds, of all slopes. */
const ROUNDING = 1e-16;
/** Newton steps in one round: where they do not suffice, what they came to is a start all the same. */
const MOST_STEPS = 50;
/** Rounds that came to no violation less than those before, after which none is expected. */
const PATIENCE = 8;
/** How much wider the band is after such a round than that of the best one. */
const WIDER = 2;

/**
 * The hinge max(0, 1 - y f) = max_p p (1 - y f), 0 <= p <= 1, less h (p - centre)^2, and h centre^2 more: a parabola
 * where p is neither 0 nor 1. Its derivative by y f is -p, and the second 1 / 2h in the parabola, 0 elsewhere.
 *
 * Source: Chapelle, Training a support vector machine in the primal (Neural Computation 2007), equation 2.8, where the
 * centre is 1 / 2.
 */
export const smoothedHinge =
  (h: number, centre: Float64Array): RowLoss =>
  (y, f, weights, slope, curvature) => {
    let value = 0;
    for (let i = 0; i < f.length; i++) {
      const short = 1 - y[i] * f[i];
      const part = partOf(short, h, centre[i]);
      value += weights[i] * part * (short + h * (2 * centre[i] - part));
      slope[i] = -weights[i] * y[i] * part;
      curvature[i] = part > 0 && part < 1 ? weights[i] / (2 * h) : 0;
    }
    return value;
  };

const partOf = (short: number, h: number, centre: number) => Math.min(1, Math.max(0, centre + short / (2 * h)));

/** What a round came to. */
interface Round {
  readonly beta: Float64Array;
  readonly f: Float64Array;
  readonly violation: number;
  /** Rows in the band, at most as many as are off their bounds at the optimum. */
  readonly inside: number;
  readonly theta: Float64Array;
  readonly centre: Float64Array;
  readonly h: number;
}

/**
 * Dual variables within their bounds, which sum to zero, and their K beta: near the solution where rows are many.
 *
 * A row's dual variable is the slope of its loss, and at the optimum of the smoothed problem w = X^T beta and sum beta
 * = 0 hold as they do at that of the hinge. In the dual, smoothing is a penalty h / C ||beta - centre||^2; the slopes
 * that were found are the next centre, so that the penalty vanishes and the hinge's own optimum is come to in bands
 * that are wide, hence well conditioned. The band narrows where that is slow. Rounds end where the conditions of
 * optimality are violated by `tolerance` at most, or nothing is gained any more: then few rows are left to exact steps
 * of the dual. Each optimum is where the next search begins.
 *
 * Source: Rockafellar, Augmented Lagrangians and applications of the proximal point algorithm (1976); by Newton steps:
 * Li, Sun and Toh, A highly efficient semismooth Newton augmented Lagrangian method (SIAM J. Optim. 2018).
 *
 * @throws InputError where nothing is gained while more rows are in the band than exact steps can do.
 */
export async function smoothedStart(
  x: LinearRows,
  y: Float64Array,
  bound: Float64Array,
  tolerance: number,
  runtime: Runtime,
  onProgress?: (done: number) => void,
): Promise<Pick<SvmSolution, "beta" | "f">> {
  const lower = y.map((sign, i) => (sign > 0 ? 0 : -bound[i]));
  const upper = y.map((sign, i) => (sign > 0 ? bound[i] : 0));
  const rounded = ROUNDING * sum(bound);
  const narrow = ((sum(bound) / y.length) * meanSquare(x)) / CONDITION;
  const longest = Math.sqrt(meanSquare(x) + 1);
  let theta: Float64Array = new Float64Array(x.columns + 1);
  let centre: Float64Array = new Float64Array(y.length);
  let [h, violation, failures] = [Math.max(WIDEST, narrow), Number.POSITIVE_INFINITY, 0];
  let best: Round | undefined;
  let gradient: number | undefined;
  let first: number | undefined;
  for (;;) {
    const loss = smoothedHinge(h, centre);
    theta = withBestBias(theta, times(x, theta), loss, y, bound);
    const objective = linearObjective(x, y, bound, loss, 1, runtime);
    const exact = Math.max(tolerance / 8, INEXACT * Math.min(1, violation)) / longest;
    const near = { tolerance: Math.max(exact, rounded), maxIterations: MOST_STEPS };
    const found = await minimizeNewton(objective, theta, gradient ? { ...near, initialNorm: gradient } : near);
    theta = found.x;
    gradient ??= found.initialNorm;
    const f = times(x, theta, theta[x.columns]);
    centre = f.map((value, i) => partOf(1 - y[i] * value, h, centre[i]));
    const beta = centre.map((part, i) => y[i] * bound[i] * part);
    const inside = centre.reduce((count, part) => count + (part > 0 && part < 1 ? 1 : 0), 0);
    balance(beta, lower, upper);
    const product = times(x, addTo(x, beta, new Float64Array(x.columns)));
    const before = violation;
    violation = violationOf({ lower, upper, b: beta, error: errorsOf({ y, f: product }) });
    first ??= violation;
    onProgress?.(shareOfWay(first, violation, tolerance));
    if (violation <= tolerance) return { beta, f: product };
    if (!best || violation < best.violation) {
      best = { beta, f: product, violation, inside, theta, centre, h };
      failures = 0;
    } else if (++failures === PATIENCE || Number.isNaN(violation)) {
      break;
    } else if (!found.converged) {
      // Newton steps come to nothing where a narrow band multiplies numbers until they drown in each other's rounding.
      ({ theta, centre, violation } = best);
      h = WIDER * best.h;
      continue;
    }
    h = violation > SLOW * before ? NARROWER * h : Math.max(Math.min(h, narrow), NARROWER * h);
  }
  if (best.inside <= MOST_FREE) return best;
  throw notReached(best.violation, tolerance);
}

/** Halvings of an interval after which float64 has no number left inside. */
const HALVINGS = 100;

/**
 * The function with the bias of least loss. Where all rows lie outside of the band, losses are linear in the bias, and
 * no Newton step would find it.
 */
function withBestBias(
  theta: Float64Array,
  values: Float64Array,
  loss: RowLoss,
  y: Float64Array,
  bound: Float64Array,
): Float64Array {
  const [slope, curvature] = [new Float64Array(y.length), new Float64Array(y.length)];
  const small = ROUNDING * sum(bound);
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let bias = theta[theta.length - 1];
  for (let step = 0; step < HALVINGS; step++) {
    loss(
      y,
      values.map((value) => value + bias),
      bound,
      slope,
      curvature,
    );
    const rise = sum(slope);
    if (Math.abs(rise) <= small) break;
    if (rise < 0) low = bias;
    else high = bias;
    const newton = bias - rise / sum(curvature);
    const isInside = newton > low && newton < high && Number.isFinite(newton);
    if (isInside) bias = newton;
    else if (Number.isFinite(low) && Number.isFinite(high)) bias = (low + high) / 2;
    else bias += rise < 0 ? 2 ** step : -(2 ** step);
  }
  const best = theta.slice();
  best[theta.length - 1] = bias;
  return best;
}

/** The mean of the squared norms of rows. */
function meanSquare(x: LinearRows): number {
  const squares = new Float64Array(x.columns);
  addSquares(x, new Float64Array(x.rows).fill(1), squares);
  return sum(squares) / x.rows;
}

function notReached(violation: number, tolerance: number): InputError {
  return new InputError("invalid", "training of the support vector machine", {
    expected: `violations of the optimality conditions of at most ${tolerance}`,
    got: violation.toExponential(1),
    remedy: "scale the features to [0, 1], or choose a smaller C or a larger tolerance",
  });
}
