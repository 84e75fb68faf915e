// The paper's attack: projected gradient ascent, the length of each step found by a search along its slopes.

import { z } from "zod";
import { addScaled, type Vector } from "../../linalg.ts";
import type { Attack, AttackContext, Points } from "../attack.ts";
import { rowOf, takePoints } from "../attack.ts";
import { type EvasionAttack, everyNorm, restartsOption } from "./evasionAttack.ts";
import { withRestarts } from "./restarts.ts";

/** When the line search has converged, and how it begins. */
export interface LineSearchOptions {
  /**
   * A point has converged where a step gains, or to first order can gain, no more than this share of all it has gained.
   */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** The share of the whole way that is tried first; smaller ones follow the gradient more closely into an optimum. */
  readonly firstShare?: number;
}

/** A step is good where it brings this share of what the gradient promised. */
const SUFFICIENT = 0.3;
/** A search ends where even this share of the way brings nothing. */
const SHORTEST = 1e-3;
/** The whole way, in budgets: longer steps no longer change where the projection lands. */
const LONGEST = 1e9;
/** A point has converged where a step is this share of the way from its original at most. */
const SMALL = 1e-2;
/** An objective has fallen where it lost this share of itself; less may be the rounding of scores. */
const FALLEN = 2 ** -12;

/**
 * Repeats x <- project(x + step * steepest(gradient)) until the objective no longer rises.
 *
 * Steps are measured by the share t in (0, 1] of the whole way: step = budget * t / (1 - t). At t = 1 the projection
 * lands where the linearised objective is largest in the admissible set, the optimum of a linear model; at t = 1/2 the
 * step is as long as the budget. A search begins at twice the t that was good last, under L0 at 1. It goes down from
 * a step z whose gain falls short of the gradient's promise g . (z - x): t is multiplied by what leads to where the
 * slope vanishes, if that changes evenly along the way, by a half to a tenth, as long as that brings more.
 *
 * Gains are told by slopes, (g(x) + g(z)) . (z - x) / 2: of objectives without third derivatives they are exact. Near
 * an optimum, where scores differ by less than they are rounded, slopes still tell which way it lies, so that
 * runtimes whose last bits differ take the same steps. Where the objective itself has fallen by far more than rounding,
 * that counts in place of slopes; so a success is never lost, nor does a point get worse by more than that.
 *
 * Where the promise is no more than the tolerance times what the point has gained since its start, or a step was small
 * beside the way from the original point, the point has converged, and is frozen. Scores multiplied by a number or
 * shifted lead to the same points. Points are searched side by side in batches, each with a t of its own.
 *
 * Source: Demontis et al. 2019, Algorithm 1; the whole way is the step of Frank and Wolfe, 1956; slopes in place of
 * values where these cannot be told apart: Hager and Zhang 2005, section 4.
 */
export function lineSearchAttack(options: LineSearchOptions = {}): Attack {
  const { tolerance = 1e-6, maxIterations = 100, firstShare = 0.3 } = options;
  return async function* attack(context) {
    const points: Points = { ...context.start, data: context.start.data.slice() };
    let active = Int32Array.from({ length: points.rows }, (_, i) => i);
    const objective = await context.objective(points, active);
    const gradients: Points = { ...points, data: Float64Array.from((await context.gradient(points, active)).data) };
    const [share, gained, best] = [firstShare, 0, 0].map((value) => new Float64Array(points.rows).fill(value));
    const memories = memoriesOf(points);
    const negligible = (i: number) => tolerance * gained[i];
    let iteration = 0;
    while (active.length > 0 && iteration < maxIterations) {
      iteration++;
      const slopes = slopesAt(context, points, gradients, active, memories);
      const { from } = slopes;
      const before = objective.slice();
      best.fill(0);
      if (context.isConvex === false) share.fill(1);
      let open = active;
      while (open.length > 0) {
        const { indices, trials, promises } = tryStep(context, slopes, open, share, negligible, memories.trials);
        if (indices.length === 0) break;
        const values = await context.objective(trials, indices);
        const ahead = await context.gradient(trials, indices);
        open = indices.filter((i, row) => {
          const x = rowOf(from, slopes.rowOfPoint.get(i)!);
          const bySlopes = (promises[row] + dotDifference(rowOf(ahead, row), rowOf(trials, row), x)) / 2;
          const change = values[row] - before[i];
          const gain = change < -FALLEN * Math.abs(before[i]) ? change : bySlopes;
          const isBetter = gain > best[i];
          const isWorseThanLast = !isBetter && best[i] > 0;
          if (isBetter) {
            best[i] = gain;
            objective[i] = values[row];
            rowOf(points, i).set(rowOf(trials, row));
            rowOf(gradients, i).set(rowOf(ahead, row));
          }
          const kept = gain / promises[row];
          share[i] = kept >= SUFFICIENT ? Math.min(1, 2 * share[i]) : share[i] * within(0.1, 0.5, 0.5 / (1 - kept));
          return kept < SUFFICIENT && !isWorseThanLast && share[i] > SHORTEST;
        });
      }
      active = active.filter((i, row) => {
        gained[i] += best[i];
        return best[i] > negligible(i) && !isSmall(context, rowOf(from, row), rowOf(points, i), i);
      });
      yield { iteration, points, objective, active: active.length };
    }
    return { iteration, points, objective, active: active.length };
  };
}

/** Whether a step from x to z is small beside the way from the original point to z. */
function isSmall({ origin, units }: AttackContext, x: Vector, z: Vector, i: number): boolean {
  const center = rowOf(origin, i);
  let [step, way] = [0, 0];
  for (let j = 0; j < z.length; j++) {
    const unit = units ? units[j] : 1;
    if (unit === 0) continue;
    step += ((z[j] - x[j]) / unit) ** 2;
    way += ((z[j] - center[j]) / unit) ** 2;
  }
  return step <= SMALL ** 2 * way;
}

/** Where an iteration begins, and which way it is uphill from there. */
interface Slopes {
  readonly from: Points;
  readonly gradient: Points;
  readonly steepest: Points;
  /** The row of each original point in these. */
  readonly rowOfPoint: ReadonlyMap<number, number>;
}

/** Room for points, their gradients and directions, and for trials. */
const memoriesOf = ({ data: { length } }: Points) => ({
  from: new Float64Array(length),
  gradient: new Float64Array(length),
  steepest: new Float64Array(length),
  trials: new Float64Array(length),
});

function slopesAt(
  context: AttackContext,
  points: Points,
  gradients: Points,
  active: Int32Array,
  memories: ReturnType<typeof memoriesOf>,
): Slopes {
  const from = takePoints(points, active, memories.from);
  const gradient = takePoints(gradients, active, memories.gradient);
  const steepest = takePoints(gradients, active, memories.steepest);
  context.steepest(steepest);
  return { from, gradient, steepest, rowOfPoint: new Map(Array.from(active, (i, row) => [i, row])) };
}

/** Steps of all points, of which those are kept that the gradient promises more than a negligible gain. */
function tryStep(
  context: AttackContext,
  { from, gradient, steepest, rowOfPoint }: Slopes,
  open: Int32Array,
  share: Float64Array,
  negligible: (i: number) => number,
  memory: Float64Array,
) {
  const rows = open.map((i) => rowOfPoint.get(i)!);
  const trials = takePoints(from, rows, memory);
  open.forEach((i, k) => {
    const step = context.budget(i) * Math.min(LONGEST, share[i] / (1 - share[i]));
    addScaled(rowOf(trials, k), step, rowOf(steepest, rows[k]));
  });
  context.project(trials, open);
  const promises = Float64Array.from(rows, (row, k) => {
    return dotDifference(rowOf(gradient, row), rowOf(trials, k), rowOf(from, row));
  });
  const kept = Int32Array.from(open.keys()).filter((k) => promises[k] > negligible(open[k]));
  if (kept.length === open.length) return { indices: open, trials, promises };
  return {
    indices: kept.map((k) => open[k]),
    // Rows move down within their own memory, in order, so that none is overwritten before it was moved.
    trials: takePoints(trials, kept, memory),
    promises: Float64Array.from(kept, (k) => promises[k]),
  };
}

/** g . (z - x). */
function dotDifference(g: Vector, z: Float64Array, x: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < g.length; j++) sum += g[j] * (z[j] - x[j]);
  return sum;
}

function within(low: number, high: number, value: number): number {
  return Math.min(high, Math.max(low, value));
}

const options = z.strictObject({
  tolerance: z.number().positive().default(1e-6).describe("share of all it gained that a point must gain further"),
  maxIterations: z.number().int().positive().default(100).describe("gradients per point, at most"),
  restarts: restartsOption,
});

export const lineSearch: EvasionAttack<z.infer<typeof options>> = {
  name: "line-search",
  summary: "projected gradient ascent with a line search for each point",
  options,
  capabilities: { norms: everyNorm, gradients: true, discrete: false, improves: true, boosters: false },
  reference: "Demontis et al. 2019, Algorithm 1",
  // On networks; affine scores and shallow ones take fewer.
  asks: ({ maxIterations, restarts }) => {
    const gradients = Math.min(maxIterations, 15) * (1 + restarts);
    return { scores: gradients, gradients };
  },
  build: ({ restarts, ...options }) => withRestarts(lineSearchAttack(options), restarts),
};
