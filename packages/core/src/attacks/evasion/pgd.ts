// Projected gradient ascent with steps of fixed length, with momentum where asked for; one step is the fast gradient.

import type { Attack } from "../attack.ts";
import { type Points, rowOf } from "../attack.ts";

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
    if (momentum === 0 && context.ascend) {
      // All steps at once are faster; where somebody watches, the way is shown.
      const stride = context.watched ? 1 : steps;
      for (let iteration = stride; iteration <= steps; iteration += stride) {
        await context.ascend(points, stepSize, stride);
        yield { iteration, points, objective, active: points.rows };
      }
      return { iteration: steps, points, objective, active: 0 };
    }
    const all = Int32Array.from({ length: points.rows }, (_, i) => i);
    const velocity = new Float32Array(points.data.length);
    for (let iteration = 1; iteration <= steps; iteration++) {
      const gradient = await context.gradient(points, all);
      const directions = momentum === 0 ? gradient : accumulate(velocity, gradient, momentum);
      context.steepest(directions);
      for (let i = 0; i < points.rows; i++) {
        const point = rowOf(points, i);
        const direction = rowOf(directions, i);
        const length = stepSize * context.budget(i);
        for (let j = 0; j < point.length; j++) point[j] += length * direction[j];
      }
      context.project(points, all);
      yield { iteration, points, objective, active: points.rows };
    }
    return { iteration: steps, points, objective, active: 0 };
  };
}

/** Adds gradients of unit mean size to the velocity and returns a copy of it. */
function accumulate(velocity: Float32Array, gradient: Points, momentum: number): Points {
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
