// Linear learners of smooth losses held open for poisoning, row by row: for many rows, or rows of few entries.

import { addScaled, concatenate, dot, norm } from "../../linalg.ts";
import type { Retraining } from "../learner.ts";
import { combine, countRows, type GrowingRows, growingRows, inner, times } from "../solvers/growingRows.ts";
import { type HessianSolver, hessianSolver } from "../solvers/hessianSolver.ts";
import { notReached } from "../solvers/linearFit.ts";
import type { LinearRetraining } from "../solvers/linearObjective.ts";
import { type Evaluation, minimizeNewton, solveConjugateGradients } from "../solvers/newton.ts";
import { heldOpen } from "./retraining.ts";

/** The problem of some rows at its optimum. */
interface Solved {
  readonly rows: GrowingRows;
  readonly y: Float64Array;
  readonly theta: Float64Array;
  readonly at: Evaluation & Derivatives;
  readonly solver: HessianSolver;
  /** The solver for the rows that were settled before, from which that was made. */
  readonly near: HessianSolver;
  readonly loss: number;
  /** The derivative of the loss by theta. */
  readonly slope: Float64Array;
  /** Products with the Hessian that the fit took. */
  readonly products: number;
}

/** First and second derivatives of the rows' losses by their decision values. */
interface Derivatives {
  readonly slopes: Float64Array;
  readonly curvatures: Float64Array;
}

/** Products with the Hessian in a fit from which on its factor is worth computing anew. */
const STALE = 30;
/** Relative residual of the linear system behind a derivative. */
const DERIVATIVE = 1e-10;

/**
 * Binary linear functions that minimise penalty/2 ||w||^2 + weight sum_i l(y_i, w . x_i + b).
 *
 * With theta = (w, b), the Hessian H there, A the validation loss and H u = dA/dtheta, the derivative by a row is
 *
 *     dA/dx_c = -(l'_c u_w + l''_c (x_c . u_w + u_b) w).
 *
 * Systems of H are solved by conjugate gradients; the preconditioner is a factor of H at an earlier optimum, with each
 * row that joined or moved since then put in exactly.
 *
 * Source: Demontis et al. 2019, Eqs. 8 and 10 to 12; Xiao et al., ICML 2015.
 */
export async function retrainRows(problem: LinearRetraining): Promise<Retraining> {
  const { task, loss: rowLoss, weight, penalty, tolerance, runtime } = problem;
  const sign = (label: number) => (label === 1 ? 1 : -1);
  const first = growingRows(task.data);
  const watched = growingRows(task.validation);
  const watchedY = Float64Array.from(task.validation.labels, sign);
  const share = new Float64Array(watchedY.length).fill(1 / watchedY.length);
  const d = first.base.columns;

  const evaluatorOf = (rows: GrowingRows, y: Float64Array) => {
    const n = countRows(rows);
    const weights = new Float64Array(n).fill(weight);
    const collect = (c: Float64Array, theta: Float64Array) => {
      const into = new Float64Array(d + 1);
      for (let i = 0; i < n; i++) into[d] += c[i];
      combine(rows, c, into);
      for (let j = 0; j < d; j++) into[j] += penalty * theta[j];
      return into;
    };
    return (theta: Float64Array): Solved["at"] => {
      const slopes = new Float64Array(n);
      const curvatures = new Float64Array(n);
      let value = rowLoss(y, times(rows, theta, theta[d]), weights, slopes, curvatures);
      for (let j = 0; j < d; j++) value += (penalty / 2) * theta[j] * theta[j];
      return {
        value,
        slopes,
        curvatures,
        gradient: collect(slopes, theta),
        hessianVector(v) {
          const image = times(rows, v, v[d]);
          for (let i = 0; i < n; i++) image[i] *= curvatures[i];
          return collect(image, v);
        },
        diagonal: () => new Float64Array(d + 1).fill(1),
        factor: undefined,
        factorCost: Number.POSITIVE_INFINITY,
      };
    };
  };

  const solve = async (
    rows: GrowingRows,
    y: Float64Array,
    start: Float64Array,
    solver: HessianSolver,
    { near = solver, until = tolerance } = {},
  ): Promise<Solved> => {
    const evaluate = evaluatorOf(rows, y);
    const scale = Math.max(norm(evaluate(new Float64Array(d + 1)).gradient), 1);
    let products = 0;
    const result = await minimizeNewton(evaluate, start, {
      tolerance: until * scale,
      maxIterations: 500,
      preconditioner(residual) {
        products++;
        return solver.solve(residual);
      },
    });
    if (!result.converged) throw notReached(result, until);
    const slopes = new Float64Array(watchedY.length);
    const loss = rowLoss(
      watchedY,
      times(watched, result.x, result.x[d]),
      share,
      slopes,
      new Float64Array(slopes.length),
    );
    const slope = new Float64Array(d + 1);
    combine(watched, slopes, slope);
    for (const value of slopes) slope[d] += value;
    return { rows, y, theta: result.x, at: evaluate(result.x), solver, near, loss, slope, products };
  };
  const refreshed = async (solved: Solved): Promise<Solved> => ({
    ...solved,
    solver: await hessianSolver(solved.rows, solved.at.curvatures, penalty, runtime),
  });

  const y = Float64Array.from(task.data.labels, sign);
  const origin = new Float64Array(d + 1);
  const atOrigin = evaluatorOf(first, y)(origin);
  const initial = await hessianSolver(first, atOrigin.curvatures, penalty, runtime);
  // The curvature changes most on the way from the origin; half of the way is gone with a factor of its own.
  const half = await refreshed(await solve(first, y, origin, initial, { until: Math.max(tolerance, 1e-2) }));
  const curvatureOf = (row: Float64Array, label: number, theta: Float64Array) => {
    const curvature = new Float64Array(1);
    const f = Float64Array.of(inner(row, theta.subarray(0, d)) + theta[d]);
    rowLoss(Float64Array.of(label), f, Float64Array.of(weight), new Float64Array(1), curvature);
    return curvature[0];
  };
  /**
   * A solver for the settled rows where an optimum with more rows is: the one it had, or a new one if that took long.
   */
  const nearer = async (settled: Solved, { products, near, at }: Solved): Promise<HessianSolver> => {
    if (products <= STALE) return near;
    return hessianSolver(settled.rows, at.curvatures.subarray(0, settled.y.length), penalty, runtime);
  };
  return heldOpen<Solved>({
    first: await refreshed(await solve(first, y, half.theta, half.solver)),
    async join(settled, x, labels, from) {
      const near = from === settled ? settled.solver : await nearer(settled, from);
      const added: Float64Array[] = [];
      let solver = near;
      for (let i = 0; i < labels.length; i++) {
        const row = x.slice(i * d, (i + 1) * d);
        added.push(row);
        solver = solver.with(row, curvatureOf(row, sign(labels[i]), from.theta));
      }
      const rows = { ...settled.rows, added: [...settled.rows.added, ...added] };
      const all = concatenate(settled.y, Float64Array.from(labels, sign));
      return solve(rows, all, from.theta, solver, { near });
    },
    keep: async (joined) => (joined.products > STALE ? refreshed(joined) : joined),
    async gradient({ rows, theta, at, slope, solver }, k) {
      const system = { gradient: slope.map((value) => -value), hessianVector: at.hessianVector };
      const { x: u } = solveConjugateGradients(system, DERIVATIVE * norm(slope), solver.solve);
      const own = u.subarray(0, d);
      const w = theta.subarray(0, d);
      const all = new Float64Array(k * d);
      for (let i = 0; i < k; i++) {
        const c = countRows(rows) - k + i;
        const row = rows.added[c - rows.base.rows];
        const part = all.subarray(i * d, (i + 1) * d);
        addScaled(part, -at.slopes[c], own);
        addScaled(part, -at.curvatures[c] * (dot(row, own) + u[d]), w);
      }
      return all;
    },
  });
}
