// The optimum on affine scores: for each other class the point at which its score lies furthest above the own; the best
// of them.

import type { Domain } from "../../data/domain.ts";
import { isAffine } from "../../models/affine.ts";
import { marginsOf } from "../../models/climbedLosses.ts";
import { argMax } from "../../models/losses.ts";
import type { Model } from "../../models/model.ts";
import type { Differentiable } from "../../models/open.ts";
import { stream } from "../../random.ts";
import { type FloatType, gatherRows, sizeOf, sliceRows, type Tensor, toFloat } from "../../tensor.ts";
import { type Attack, type Gradients, type Points, rowOf } from "../attack.ts";

/** A model, and what may be asked of it. */
export interface AttackedModel {
  readonly model: Model;
  readonly opened: Differentiable;
}

/** The whole way, in budgets: longer steps no longer change where the projection lands. */
const LONGEST = 1e9;
/** Made-up rows of which the one that is clearest of its class is asked for slopes. */
const ROWS = 8;

/**
 * The attack that finds the optimum where all scores are affine; undefined where they are not, for several models of
 * more than two classes, whose mean margin has as many pieces as they have combinations of rivals, and for points of
 * more than two classes that should end in a given one.
 *
 * The margin of affine scores is the largest of K - 1 affine functions s_k - s_y, each of which is largest where one
 * long step along its gradient w_k - w_y is projected to.
 */
export async function affineAttack(
  models: readonly AttackedModel[],
  domain: Domain,
  isTargeted: boolean,
): Promise<Attack | undefined> {
  const { classes } = models[0].opened;
  if (!models.every(({ model }) => isAffine(model))) return undefined;
  if (classes > 2 && (models.length > 1 || isTargeted)) return undefined;
  const slopes: (readonly Float64Array[])[] = [];
  for (const each of models) {
    const own = await classSlopes(each, domain);
    if (!own) return undefined;
    slopes.push(own);
  }
  return async function* attack(context) {
    const { origin, labels, targets } = context;
    const points: Points = { ...context.start, data: context.start.data.slice() };
    const all = Int32Array.from({ length: points.rows }, (_, i) => i);
    const objective = await context.objective(points, all);
    for (let step = 1; step < classes; step++) {
      const trials: Points = { ...origin, data: origin.data.slice() };
      const directions: Gradients = { ...origin, data: new Float64Array(origin.data.length) };
      for (const i of all) {
        // Of two classes the one that is not wanted stands for the own.
        const from = targets ? 1 - targets[i] : labels[i];
        const to = (from + step) % classes;
        const direction = rowOf(directions, i);
        for (const own of slopes) {
          for (let j = 0; j < direction.length; j++) direction[j] += own[from][j] - own[to][j];
        }
      }
      context.steepest(directions);
      for (const i of all) {
        const [trial, direction] = [rowOf(trials, i), rowOf(directions, i)];
        for (let j = 0; j < trial.length; j++) trial[j] += LONGEST * context.budget(i) * direction[j];
      }
      context.project(trials, all);
      const values = await context.objective(trials, all);
      for (const i of all) {
        if (!(values[i] > objective[i])) continue;
        objective[i] = values[i];
        rowOf(points, i).set(rowOf(trials, i));
      }
      yield { iteration: step, points, objective, active: points.rows };
    }
    return { iteration: classes - 1, points, objective, active: 0 };
  };
}

/**
 * Of each class l the slope w_b - w_l of the margin, where b is the class of one row: 0 for that class. Undefined where
 * no row has one class alone on top, or slopes are not finite.
 */
async function classSlopes(
  { opened }: AttackedModel,
  { lower, upper }: Domain,
): Promise<readonly Float64Array[] | undefined> {
  const { classes, inputShape, inputType = "float32" } = opened;
  const random = stream(0, "affine");
  const size = sizeOf(inputShape);
  const values = new Float64Array(ROWS * size);
  for (let at = 0; at < values.length; at++) {
    const j = at % size;
    values[at] = lower[j] + random.uniform() * (upper[j] - lower[j]);
  }
  const x = toFloat({ type: "float64", shape: [ROWS, ...inputShape], data: values }, inputType as FloatType);
  const top = argMax(await opened.scores(x));
  if (top.includes(-1)) return undefined;
  const lead = (await marginsOf(opened, x, top)).map((margin) => -margin);
  const row = lead.reduce((best, each, i) => (each > lead[best] ? i : best), 0);
  if (!(lead[row] > 0)) return undefined;
  const same: Tensor = gatherRows(sliceRows(x, row, row + 1), new Int32Array(classes));
  const every = Int32Array.from({ length: classes }, (_, k) => k);
  const { gradient } = await opened.inputGradient("margin", same, every);
  const slopes = Array.from(every, (k) =>
    k === top[row] ? new Float64Array(size) : new Float64Array(gradient.data.subarray(k * size, (k + 1) * size)),
  );
  return slopes.every((slope) => slope.every(Number.isFinite)) ? slopes : undefined;
}
