// Projected gradient ascent with steps of fixed length, with momentum where asked for; one step is the fast gradient.

import { z } from "zod";
import { addScaled } from "../../linalg.ts";
import { type Attack, type Gradients, type Points, rowOf, takePoints } from "../attack.ts";
import { type EvasionAttack, everyNorm, restartsOption } from "./evasionAttack.ts";
import { withRestarts } from "./restarts.ts";

export interface PgdOptions {
  readonly steps: number;
  /** Length of a step, in units of the budget. */
  readonly stepSize: number;
  /** Share of the accumulated direction that is kept from one step to the next; 0 is plain ascent. */
  readonly momentum?: number;
}

/**
 * x <- project(x + stepSize budget steepest(g)), where g is the gradient, or with momentum mu
 * g <- mu g + gradient / mean |gradient|.
 *
 * Source: Madry et al., ICLR 2018 (PGD); Goodfellow et al., ICLR 2015 (one step of the whole budget, FGSM and FGM);
 * Dong et al., CVPR 2018 (momentum, MI-FGSM).
 */
export function pgdAttack({ steps, stepSize, momentum = 0 }: PgdOptions): Attack {
  return async function* attack(context) {
    const points: Points = { ...context.start, data: context.start.data.slice() };
    // The objective of the last iterate is measured by the framework; while steps go on, nobody needs it.
    const objective = new Float64Array(points.rows).fill(Number.NaN);
    const all = Int32Array.from({ length: points.rows }, (_, i) => i);
    const velocity = new Float64Array(momentum === 0 ? 0 : points.data.length);
    const step = async (indices: Int32Array) => {
      const from = takePoints(points, indices);
      const gradient = await context.gradient(from, indices);
      const directions = momentum === 0 ? gradient : accumulate(velocity, gradient, momentum);
      context.steepest(directions);
      indices.forEach((i, row) => {
        addScaled(rowOf(from, row), stepSize * context.budget(i), rowOf(directions, row));
      });
      context.project(from, indices);
      indices.forEach((i, row) => {
        rowOf(points, i).set(rowOf(from, row));
      });
    };
    const ascend = momentum === 0 ? context.ascend : undefined;
    // Steps inside the graph are faster the more are taken at once; where somebody watches, the way is shown.
    const stride = ascend && !context.watched ? steps : 1;
    for (let iteration = stride; iteration <= steps; iteration += stride) {
      const rest = ascend ? await ascend(points, stepSize, stride) : all;
      for (let i = 0; rest.length > 0 && i < stride; i++) await step(rest);
      yield { iteration, points, objective, active: points.rows };
    }
    return { iteration: steps, points, objective, active: 0 };
  };
}

/** Adds gradients of unit mean size to the velocity and returns a copy of it. */
function accumulate(velocity: Float64Array, gradient: Gradients, momentum: number): Gradients {
  const { rows, columns } = gradient;
  for (let i = 0; i < rows; i++) {
    const row = rowOf(gradient, i);
    let size = 0;
    for (let j = 0; j < columns; j++) size += Math.abs(row[j]) / columns;
    const scale = size > 0 ? 1 / size : 0;
    for (let j = 0; j < columns; j++) {
      velocity[i * columns + j] = momentum * velocity[i * columns + j] + scale * row[j];
    }
  }
  return { rows, columns, data: velocity.slice() };
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
  capabilities: { norms: everyNorm, gradients: true, discrete: false, improves: false },
  reference: "Madry et al., ICLR 2018; momentum: Dong et al., CVPR 2018",
  build: ({ restarts, ...options }) => withRestarts(pgdAttack(options), restarts),
};
