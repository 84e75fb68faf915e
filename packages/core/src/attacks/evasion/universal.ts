// Universal perturbations: one for many points, the same for all of them or for all of one class.

import { z } from "zod";
import { addScaled } from "../../linalg.ts";
import { type Attack, type AttackContext, type Gradients, type Points, rowOf } from "../attack.ts";
import { withBoosters } from "../boosters/withBoosters.ts";
import { direction } from "../directions.ts";
import { type EvasionAttack, everyLength } from "./evasionAttack.ts";

/** Steps of fixed length of one perturbation for all points. */
export interface UniversalOptions {
  readonly steps: number;
  /** Length of a step, in units of the budget. */
  readonly stepSize: number;
  /** Whether each class of points has a perturbation of its own. */
  readonly perClass: boolean;
}

/**
 * d <- ball(d + stepSize budget steepest(mean_i direction(g_i))), where g_i is the gradient at x_i + d brought into the
 * bounds of the point, and each counts as much as another (`direction`). Features that no point can move that way are
 * left out.
 *
 * Of all d on the way that one is returned under which most points reach their goal, of equals that of the highest mean
 * objective. Points become x_i + d, brought into their bounds: only there do their perturbations differ. So what
 * happens to a point depends on all others that were given.
 *
 * Source: Moosavi-Dezfooli et al., CVPR 2017 (universal perturbations); Shafahi et al., AAAI 2020 (by gradient ascent).
 */
export function universalAttack({ steps, stepSize, perClass }: UniversalOptions): Attack {
  return async function* attack(context) {
    const all = Int32Array.from({ length: context.origin.rows }, (_, i) => i);
    const classes = perClass ? [...new Set(context.labels)] : [undefined];
    const groups = classes.map((label) => all.filter((i) => label === undefined || context.labels[i] === label));
    const budgets = groups.map((rows) => rows.reduce((most, i) => Math.max(most, context.budget(i)), 0));
    const moves = groups.map(() => new Float64Array(context.origin.columns));
    let points = moved(context, groups, moves, all);
    let values = await context.objective(points, all);
    const best = { points, objective: values };
    for (let iteration = 0; iteration < steps; iteration++) {
      const gradients = await context.gradient(points, all, { iteration, stepSize, momentum: 0 });
      groups.forEach((rows, k) => {
        const mean: Points = {
          rows: 1,
          columns: context.origin.columns,
          data: meanDirection(gradients, rows, context),
        };
        leaveOut(mean.data, context, rows);
        context.steepest(mean);
        addScaled(moves[k], stepSize * budgets[k], mean.data);
        context.withinBudget({ ...mean, data: moves[k] }, budgets[k]);
      });
      points = moved(context, groups, moves, all);
      values = await context.objective(points, all);
      keepBetter(best, { points, objective: values }, groups);
      yield { iteration: iteration + 1, ...best, active: all.length };
    }
    return { iteration: steps, ...best, active: 0 };
  };
}

/** All points moved by the perturbation of their group, and brought into their bounds. */
function moved(
  context: AttackContext,
  groups: readonly Int32Array[],
  moves: readonly Float64Array[],
  all: Int32Array,
): Points {
  const points: Points = { ...context.origin, data: context.origin.data.slice() };
  groups.forEach((rows, k) => {
    for (const i of rows) addScaled(rowOf(points, i), 1, moves[k]);
  });
  context.clip(points, all);
  return points;
}

/** As a gradient again, whose units the steepest direction multiplies. */
function meanDirection(gradients: Gradients, rows: Int32Array, { units }: AttackContext): Float64Array {
  const mean = new Float64Array(gradients.columns);
  for (const i of rows) addScaled(mean, 1 / rows.length, direction(rowOf(gradients, i), units));
  return units ? mean.map((value, j) => (units[j] > 0 ? value / units[j] : 0)) : mean;
}

/** Sets to 0 where no point of the group has room to move that way. */
function leaveOut(mean: Float64Array, { origin, clip }: AttackContext, rows: Int32Array): void {
  const trials: Points = {
    rows: rows.length,
    columns: origin.columns,
    data: new Float64Array(rows.length * mean.length),
  };
  rows.forEach((i, row) => {
    const trial = rowOf(trials, row);
    rowOf(origin, i).forEach((value, j) => {
      trial[j] = value + Math.sign(mean[j]) * Math.max(1, Math.abs(value));
    });
  });
  clip(trials, rows);
  mean.forEach((_, j) => {
    if (rows.every((i, row) => rowOf(trials, row)[j] === rowOf(origin, i)[j])) mean[j] = 0;
  });
}

interface Reached {
  points: Points;
  objective: Float64Array;
}

/** Replaces the points of each group under whose perturbation more reach their goal. */
function keepBetter(best: Reached, next: Reached, groups: readonly Int32Array[]): void {
  const points: Points = { ...best.points, data: best.points.data.slice() };
  const objective = best.objective.slice();
  for (const rows of groups) {
    const sum = (of: Reached, f: (value: number) => number) => rows.reduce((total, i) => total + f(of.objective[i]), 0);
    const more = sum(next, isPositive) - sum(best, isPositive);
    if (more < 0 || (more === 0 && !(sum(next, itself) > sum(best, itself)))) continue;
    for (const i of rows) {
      objective[i] = next.objective[i];
      rowOf(points, i).set(rowOf(next.points, i));
    }
  }
  best.points = points;
  best.objective = objective;
}

const isPositive = (value: number) => (value > 0 ? 1 : 0);
const itself = (value: number) => value;

const options = z.strictObject({
  steps: z.number().int().positive().default(50).describe("how many"),
  stepSize: z.number().positive().default(0.1).describe("length of a step, in units of the budget"),
  perClass: z.boolean().default(false).describe("a perturbation for each class; those of one for all may cancel"),
});

export const universal: EvasionAttack<z.infer<typeof options>> = {
  name: "universal",
  summary: "one perturbation for all points, or all of one class, cut off at the bounds of each",
  options,
  capabilities: {
    norms: everyLength,
    gradients: true,
    discrete: false,
    improves: false,
    boosters: true,
    mixesRows: true,
  },
  gradients: ({ steps }) => steps,
  asks: ({ steps }) => ({ scores: steps + 2, gradients: steps }),
  reference: "Moosavi-Dezfooli et al., CVPR 2017; Shafahi et al., AAAI 2020",
  build: (chosen, boosters) => withBoosters(universalAttack(chosen), boosters),
};
