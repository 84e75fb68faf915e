// Projected gradient ascent with steps of fixed length, with momentum where asked for; one step is the fast gradient.

import { z } from "zod";
import { addScaled } from "../../linalg.ts";
import {
  type Attack,
  type AttackContext,
  type Gradients,
  type Points,
  rowOf,
  type Step,
  takePoints,
} from "../attack.ts";
import { withBoosters } from "../boosters/withBoosters.ts";
import { direction } from "../directions.ts";
import { type EvasionAttack, everyNorm, restartsOption } from "./evasionAttack.ts";
import { stepsOfAll, withRestarts } from "./restarts.ts";

/** Steps of fixed length, and what each keeps of those before. */
export interface PgdOptions {
  readonly steps: number;
  /** Length of a step, in units of the budget. */
  readonly stepSize: number;
  /** Share of the accumulated direction that is kept from one step to the next; 0 is plain ascent. */
  readonly momentum?: number;
}

/**
 * x <- project(x + stepSize budget steepest(g)), where g is the gradient, or with momentum mu the velocity
 * m <- mu m + direction(gradient), of mean size 1 in each step. Boosters see the velocity before a step, and may scale
 * the step of each feature.
 *
 * Source: Madry et al., ICLR 2018 (PGD); Goodfellow et al., ICLR 2015 (one step of the whole budget, FGSM and FGM);
 * Dong et al., CVPR 2018 (momentum, MI-FGSM).
 */
export function pgdAttack({ steps, stepSize, momentum = 0 }: PgdOptions): Attack {
  return async function* attack(context) {
    const keepsVelocity = momentum > 0 || context.scaleSteps !== undefined;
    const ascend = keepsVelocity ? undefined : context.ascend;
    let points: Points = ascend ? context.start : { ...context.start, data: context.start.data.slice() };
    // The objective of the last iterate is measured by the framework; while steps go on, nobody needs it.
    const objective = new Float64Array(points.rows).fill(Number.NaN);
    const all = Int32Array.from({ length: points.rows }, (_, i) => i);
    const velocity = keepsVelocity ? { ...points, data: new Float64Array(points.data.length) } : undefined;
    const step = async (indices: Int32Array, iteration: number) => {
      const from = takePoints(points, indices);
      const known = { iteration, stepSize, momentum, ...(velocity && { velocity }) };
      const gradient = await context.gradient(from, indices, known);
      const directions = velocity ? accumulate(velocity, gradient, indices, known, context) : gradient;
      if (!velocity) context.steepest(directions);
      indices.forEach((i, row) => {
        addScaled(rowOf(from, row), stepSize * context.budget(i), rowOf(directions, row));
      });
      context.project(from, indices);
      indices.forEach((i, row) => {
        rowOf(points, i).set(rowOf(from, row));
      });
    };
    // Steps inside the graph are faster the more are taken at once; where somebody watches, the way is shown.
    const stride = ascend && !context.watched ? steps : 1;
    for (let iteration = stride; iteration <= steps; iteration += stride) {
      let rest: Int32Array = all;
      if (ascend) ({ points, left: rest } = await ascend(points, stepSize, stride));
      for (let i = 0; rest.length > 0 && i < stride; i++) await step(rest, iteration - stride + i);
      yield { iteration, points, objective, active: points.rows };
    }
    return { iteration: steps, points, objective, active: 0 };
  };
}

/** Adds the directions of gradients to the velocity of their points, and returns the steps that follow from it. */
function accumulate(
  velocity: Points,
  gradient: Gradients,
  indices: Int32Array,
  { momentum }: Step,
  context: AttackContext,
): Points {
  indices.forEach((i, row) => {
    const [kept, added] = [rowOf(velocity, i), direction(rowOf(gradient, row), context.units)];
    for (let j = 0; j < kept.length; j++) kept[j] = momentum * kept[j] + added[j];
  });
  const directions = takePoints(velocity, indices);
  context.unitLength(directions);
  context.scaleSteps?.(directions, takePoints(velocity, indices), indices);
  return directions;
}

const options = z.strictObject({
  steps: z.number().int().positive().default(50).describe("how many"),
  stepSize: z.number().positive().default(0.1).describe("length of a step, in units of the budget"),
  momentum: z.number().min(0).default(0).describe("share of the direction kept from step to step"),
  restarts: restartsOption,
});

export const pgd: EvasionAttack<z.infer<typeof options>> = {
  name: "pgd",
  summary: "projected gradient ascent with steps of fixed length; with momentum, MI-FGSM",
  options,
  capabilities: { norms: everyNorm, gradients: true, discrete: false, improves: false, boosters: true },
  reference: "Madry et al., ICLR 2018; momentum: Dong et al., CVPR 2018",
  gradients: stepsOfAll,
  asks: (chosen) => ({ scores: 1, gradients: stepsOfAll(chosen) }),
  build: ({ restarts, ...options }, boosters) => withRestarts(withBoosters(pgdAttack(options), boosters), restarts),
};
