// The paper's attack: projected gradient ascent, each step length found by doubling and bisection.

import type { Attack, AttackContext, Points } from "../attack.ts";
import { rowOf, takePoints } from "../attack.ts";

export interface LineSearchOptions {
  /** A point has converged when an iteration gains no more than this, relative to max(1, |objective|). */
  readonly tolerance?: number;
  readonly maxIterations?: number;
  /** Bisections after the bracket is found. */
  readonly bisections?: number;
  /** The first step that is tried, in units of the budget. */
  readonly firstStep?: number;
}

/** Gains below this, relative to max(1, |objective|), are rounding of float32 scores. */
const NOISE = 1e-7;
/** Steps shorter than this share of the budget are not tried. */
const SHORTEST = 1e-3;
/** Steps longer than this multiple of the budget no longer change where the projection lands. */
export const LONGEST = 1e5;

/**
 * Repeats x <- project(x + step * steepest(gradient)) until the objective no longer rises.
 *
 * The step is found for each point separately, all points side by side in batches: doubled while the objective
 * rises, else halved until it does; then the bracket around the best step is bisected. A point never gets worse, and
 * one that has converged is frozen.
 *
 * Source: Demontis et al. 2019, Algorithm 1.
 */
export function lineSearchAttack(options: LineSearchOptions = {}): Attack {
  const { tolerance = 1e-6, maxIterations = 100, bisections = 2, firstStep = 1 } = options;
  return async function* attack(context) {
    const points: Points = { ...context.start, data: context.start.data.slice() };
    let active = Int32Array.from({ length: points.rows }, (_, i) => i);
    const objective = await context.objective(points, active);
    const step = new Float64Array(points.rows).map((_, i) => firstStep * context.budget(i));
    let iteration = 0;
    while (active.length > 0 && iteration < maxIterations) {
      iteration++;
      const at = takePoints(points, active);
      const directions = await context.gradient(at, active);
      context.steepest(directions);
      const before = Float64Array.from(active, (i) => objective[i]);
      const search = startSearch(
        at,
        directions,
        before,
        Float64Array.from(active, (i) => step[i]),
      );
      while (await advance(context, search, active, bisections));
      const moving: number[] = [];
      active.forEach((i, k) => {
        points.data.set(rowOf(search.best, k), i * points.columns);
        objective[i] = search.bestObjective[k];
        step[i] = Math.max(search.bestStep[k], SHORTEST * context.budget(i));
        if (objective[i] - before[k] > tolerance * Math.max(1, Math.abs(objective[i]))) moving.push(i);
      });
      active = Int32Array.from(moving);
      yield { iteration, points, objective, active: active.length };
    }
    return { iteration, points, objective, active: active.length };
  };
}

/** The line searches of many points, each in a phase of its own. */
interface Search {
  readonly from: Points;
  readonly directions: Points;
  readonly best: Points;
  readonly bestObjective: Float64Array;
  /** The best step so far; 0 while none is better than not moving. */
  readonly bestStep: Float64Array;
  /** The step to try next. */
  readonly trial: Float64Array;
  /** Steps known to be worse than the best one, below and above it. */
  readonly below: Float64Array;
  readonly above: Float64Array;
  readonly bisected: Int32Array;
  readonly phase: ("first" | "doubling" | "halving" | "bisecting" | "done")[];
}

function startSearch(from: Points, directions: Points, objective: Float64Array, step: Float64Array): Search {
  const n = from.rows;
  return {
    from,
    directions,
    best: { ...from, data: from.data.slice() },
    bestObjective: objective.slice(),
    bestStep: new Float64Array(n),
    trial: step,
    below: new Float64Array(n),
    above: new Float64Array(n).fill(Number.POSITIVE_INFINITY),
    bisected: new Int32Array(n),
    phase: Array.from({ length: n }, (_, i) => (rowOf(directions, i).every((x) => x === 0) ? "done" : "first")),
  };
}

/** Tries one step for each search that is not done; false when all are. */
async function advance(context: AttackContext, search: Search, indices: Int32Array, bisections: number) {
  const open: number[] = [];
  search.phase.forEach((phase, k) => {
    if (phase !== "done") open.push(k);
  });
  if (open.length === 0) return false;
  const chosen = Int32Array.from(open);
  const originals = chosen.map((k) => indices[k]);
  const trials = takePoints(search.from, chosen);
  chosen.forEach((k, row) => {
    const direction = rowOf(search.directions, k);
    const trial = rowOf(trials, row);
    for (let j = 0; j < trial.length; j++) trial[j] += search.trial[k] * direction[j];
  });
  context.project(trials, originals);
  const objective = await context.objective(trials, originals);
  chosen.forEach((k, row) => {
    const gain = objective[row] - search.bestObjective[k];
    const better = gain > NOISE * Math.max(1, Math.abs(objective[row]));
    const step = search.trial[k];
    if (better) {
      if (search.bestStep[k] < step) search.below[k] = search.bestStep[k];
      else search.above[k] = search.bestStep[k];
      search.bestObjective[k] = objective[row];
      search.bestStep[k] = step;
      rowOf(search.best, k).set(rowOf(trials, row));
    } else if (step > search.bestStep[k]) search.above[k] = step;
    else search.below[k] = step;
    decide(search, k, better, context.budget(originals[row]), bisections);
  });
  return true;
}

/** Chooses the next trial of one search from how the last one went. */
function decide(search: Search, k: number, better: boolean, epsilon: number, bisections: number): void {
  const phase = search.phase[k];
  if (phase === "first") search.phase[k] = better ? "doubling" : "halving";
  if (search.phase[k] === "doubling") {
    if (better && search.trial[k] < LONGEST * epsilon) {
      search.trial[k] *= 2;
      return;
    }
    search.phase[k] = "bisecting";
  }
  if (search.phase[k] === "halving") {
    if (!better && search.trial[k] > SHORTEST * epsilon) {
      search.trial[k] /= 8;
      return;
    }
    search.phase[k] = better ? "bisecting" : "done";
    if (!better) return;
  }
  // Alternate between the two sides of the best step.
  const side = search.bisected[k]++;
  const above = search.above[k];
  if (side >= bisections || !Number.isFinite(above)) search.phase[k] = "done";
  else search.trial[k] = (search.bestStep[k] + (side % 2 === 0 ? above : search.below[k])) / 2;
}
