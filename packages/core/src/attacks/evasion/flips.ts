// Greedy changes of single features, for features that are binary: the attack on malware.

import { z } from "zod";
import type { Vector } from "../../linalg.ts";
import { type Attack, type Points, rowOf } from "../attack.ts";
import type { EvasionAttack } from "./evasionAttack.ts";

interface FlipOptions {
  /** How many features change between two gradients; 1 is the most exact, more is faster. */
  readonly perGradient?: number;
}

/**
 * Changes one feature after another, each time the one that promises the largest gain to first order: its gradient
 * times the way to its other end. Stops where the budget is spent or no change promises a gain. A start that was cut to
 * a smaller budget, and so lies between the values of its features, is none: such a point begins at its origin.
 *
 * For a model that is affine in the features this is optimal, with one gradient for all changes.
 *
 * Source: Demontis et al. 2019, section 5.1 (Drebin: L1, additions only).
 */
export function flipAttack({ perGradient = 1 }: FlipOptions = {}): Attack {
  return async function* attack(context) {
    const points: Points = { ...context.start, data: context.start.data.slice() };
    for (let i = 0; i < points.rows; i++) {
      if (!rowOf(points, i).every(Number.isInteger)) rowOf(points, i).set(rowOf(context.origin, i));
    }
    const objective = await context.objective(points, range(points.rows));
    const left = Float64Array.from({ length: points.rows }, (_, i) => Math.floor(context.limit(i) + 1e-9));
    for (let i = 0; i < points.rows; i++) left[i] -= changed(rowOf(points, i), rowOf(context.origin, i));
    let active = range(points.rows).filter((i) => left[i] > 0);
    let iteration = 0;
    while (active.length > 0) {
      iteration++;
      const at = { ...points, rows: active.length, data: gather(points, active) };
      const gradient = await context.gradient(at, active);
      // The far end of every feature is where a step of any length along the gradient is projected to.
      const ends = { ...at, data: at.data.map((value, j) => value + Math.sign(gradient.data[j])) };
      context.clip(ends, active);
      const moved: number[] = [];
      active.forEach((i, row) => {
        const point = rowOf(at, row);
        const chosen = best(rowOf(gradient, row), point, rowOf(ends, row), Math.min(perGradient, left[i]));
        for (const j of chosen) point[j] = rowOf(ends, row)[j];
        left[i] = Math.floor(context.limit(i) + 1e-9) - changed(point, rowOf(context.origin, i));
        if (chosen.length > 0) moved.push(row);
      });
      const after = await context.objective(at, active);
      const next: number[] = [];
      for (const row of moved) {
        const i = active[row];
        // A change that was promised and did not come ends the search at this point.
        if (after[row] <= objective[i]) continue;
        objective[i] = after[row];
        rowOf(points, i).set(rowOf(at, row));
        if (left[i] > 0) next.push(i);
      }
      active = Int32Array.from(next);
      yield { iteration, points, objective, active: active.length };
    }
    return { iteration, points, objective, active: 0 };
  };
}

/** The features of largest positive gain, at most `count`. */
function best(gradient: Vector, point: Float64Array, ends: Float64Array, count: number): number[] {
  const top: { j: number; gain: number }[] = [];
  for (let j = 0; j < point.length; j++) {
    const gain = gradient[j] * (ends[j] - point[j]);
    if (gain <= 0 || (top.length === count && gain <= top[top.length - 1].gain)) continue;
    const at = top.findIndex((each) => each.gain < gain);
    top.splice(at < 0 ? top.length : at, 0, { j, gain });
    if (top.length > count) top.pop();
  }
  return top.map(({ j }) => j);
}

function changed(a: Float64Array, b: Float64Array): number {
  let count = 0;
  for (let j = 0; j < a.length; j++) if (a[j] !== b[j]) count++;
  return count;
}

function gather(points: Points, rows: Int32Array): Float64Array {
  const data = new Float64Array(rows.length * points.columns);
  rows.forEach((row, i) => {
    data.set(rowOf(points, row), i * points.columns);
  });
  return data;
}

function range(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}

const options = z.strictObject({
  perGradient: z.number().int().positive().default(1).describe("features changed between two gradients"),
});

export const flips: EvasionAttack<z.infer<typeof options>> = {
  name: "flips",
  summary: "one binary feature after another, the most promising first",
  options,
  capabilities: { norms: ["l0", "l1"], gradients: true, discrete: true, improves: true, boosters: false },
  reference: "Demontis et al. 2019, section 5.1 (Drebin)",
  // Budgets are how many flip; most are short beside the features.
  asks({ perGradient }, features) {
    const gradients = Math.ceil(Math.min(features, 20) / perGradient);
    return { scores: gradients + 1, gradients };
  },
  build: flipAttack,
};
