// The paper's attack: projected gradient ascent, the length of each step found by a search along parabolas.

import { z } from "zod";
import { addScaled, type Vector } from "../../linalg.ts";
import type { Attack, AttackContext, Gradients, Points } from "../attack.ts";
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

/**
 * Repeats x <- project(x + step * steepest(gradient)) until the objective no longer rises.
 *
 * Steps are measured by the share t in (0, 1] of the whole way: step = budget * t / (1 - t). At t = 1 the projection
 * lands where the linearised objective is largest in the admissible set, the optimum of a linear model; at t = 1/2 the
 * step is as long as the budget. A search begins at twice the t that was good last, under L0 at 1. From a step that
 * falls short of the gradient's promise g . (z - x) it goes down, by a half to a tenth, to the top of the parabola
 * through the objective before, its slope and the objective at z, as long as that brings more.
 *
 * Where the promise is no more than the tolerance times what the point has gained since its start, it has converged,
 * and z need not be scored. Both are differences of scores, so that scores multiplied by a number or shifted lead to
 * the same points. Points are searched side by side in batches, each with a t of its own; a point never gets worse, and
 * one that has converged is frozen.
 *
 * Source: Demontis et al. 2019, Algorithm 1; the whole way is the step of Frank and Wolfe, 1956.
 */
export function lineSearchAttack(options: LineSearchOptions = {}): Attack {
  const { tolerance = 1e-6, maxIterations = 100, firstShare = 0.3 } = options;
  return async function* attack(context) {
    const points: Points = { ...context.start, data: context.start.data.slice() };
    let active = Int32Array.from({ length: points.rows }, (_, i) => i);
    const objective = await context.objective(points, active);
    const share = new Float64Array(points.rows).fill(firstShare);
    const [memory, trialMemory] = [points, points].map(({ data }) => new Float64Array(data.length));
    const first = objective.slice();
    const negligible = (i: number) => tolerance * (objective[i] - first[i]);
    let iteration = 0;
    while (active.length > 0 && iteration < maxIterations) {
      iteration++;
      const before = objective.slice();
      const slopes = await slopesAt(context, points, active, memory);
      if (context.isConvex === false) share.fill(1);
      let open = active;
      while (open.length > 0) {
        const { indices, trials, promises } = tryStep(context, slopes, open, share, negligible, trialMemory);
        if (indices.length === 0) break;
        const values = await context.objective(trials, indices);
        open = indices.filter((i, row) => {
          const isBetter = values[row] > objective[i];
          const isWorseThanLast = !isBetter && objective[i] > before[i];
          if (isBetter) {
            objective[i] = values[row];
            rowOf(points, i).set(rowOf(trials, row));
          }
          const kept = (values[row] - before[i]) / promises[row];
          share[i] = kept >= SUFFICIENT ? Math.min(1, 2 * share[i]) : share[i] * within(0.1, 0.5, 0.5 / (1 - kept));
          return kept < SUFFICIENT && !isWorseThanLast && share[i] > SHORTEST;
        });
      }
      active = active.filter((i) => objective[i] - before[i] > negligible(i));
      yield { iteration, points, objective, active: active.length };
    }
    return { iteration, points, objective, active: active.length };
  };
}

/** Where an iteration begins, and which way it is uphill from there. */
interface Slopes {
  readonly from: Points;
  readonly gradient: Gradients;
  readonly steepest: Gradients;
  /** The row of each original point in these. */
  readonly rowOfPoint: ReadonlyMap<number, number>;
}

async function slopesAt(
  context: AttackContext,
  points: Points,
  active: Int32Array,
  memory: Float64Array,
): Promise<Slopes> {
  const from = takePoints(points, active, memory);
  const gradient = await context.gradient(from, active);
  const steepest = { ...gradient, data: gradient.data.slice() };
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
    return { scores: 2 * gradients, gradients };
  },
  build: ({ restarts, ...options }) => withRestarts(lineSearchAttack(options), restarts),
};
