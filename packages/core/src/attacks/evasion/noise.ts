// Random noise of the size of the budget: what an attack must beat to be one.

import { z } from "zod";
import { type Attack, type Points, rowOf } from "../attack.ts";
import { type EvasionAttack, everyNorm } from "./evasionAttack.ts";

/**
 * Adds noise in a direction drawn uniformly from the sphere, as long as the budget allows inside the box; no gradient
 * is asked for.
 */
export function noiseAttack(): Attack {
  return async function* attack(context) {
    const points: Points = { ...context.start, data: context.start.data.slice() };
    const all = Int32Array.from({ length: points.rows }, (_, i) => i);
    const directions: Points = { ...points, data: new Float64Array(points.data.length) };
    for (let i = 0; i < points.rows; i++) {
      const random = context.random(i);
      const direction = rowOf(directions, i);
      for (let j = 0; j < direction.length; j++) direction[j] = random.normal();
    }
    context.unitLength(directions);
    for (let i = 0; i < points.rows; i++) {
      const point = rowOf(points, i);
      const direction = rowOf(directions, i);
      // Long enough that the projection ends on the ball even where part of the noise leaves the box.
      for (let j = 0; j < point.length; j++) point[j] += OVERSHOOT * context.budget(i) * direction[j];
    }
    context.project(points, all);
    const objective = new Float64Array(points.rows).fill(Number.NaN);
    const state = { iteration: 1, points, objective, active: 0 };
    yield state;
    return state;
  };
}

const OVERSHOOT = 4;

const options = z.strictObject({});

export const noise: EvasionAttack<z.infer<typeof options>> = {
  name: "noise",
  summary: "random noise as long as the budget allows: what an attack must beat",
  options,
  capabilities: { norms: everyNorm, gradients: false, discrete: false, improves: false, boosters: false },
  reference: "the baseline of Szegedy et al., ICLR 2014",
  gradients: () => 0,
  asks: () => ({ scores: 1, gradients: 0 }),
  build: () => noiseAttack(),
};
