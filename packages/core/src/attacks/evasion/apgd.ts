// Auto-PGD: projected gradient ascent that halves its steps and goes back to the best point by itself.

import { z } from "zod";
import { addScaled } from "../../linalg.ts";
import { type Attack, type Points, rowOf, takePoints } from "../attack.ts";
import { type EvasionAttack, everyNorm, restartsOption } from "./evasionAttack.ts";
import { stepsOfAll, withRestarts } from "./restarts.ts";

/** Share of a step that is new; the rest goes on in the direction of the last one. */
const FRESH = 0.75;
/** Steps between two checkpoints of which at least this share must have raised the objective. */
const SUFFICIENT = 0.75;
/** The first step, in units of the budget. */
const FIRST_STEP = 2;

/**
 * Fixed number of steps with momentum, of lengths that each point finds for itself; the best iterate is what is
 * returned.
 *
 * With P the projection, f the objective and eta = 2 budgets at first,
 *
 *     z = P(x_k + eta steepest(grad f(x_k))),  x_{k+1} = P(x_k + 0.75 (z - x_k) + 0.25 (x_k - x_{k-1})),  x_1 = z.
 *
 * At each checkpoint a point halves its eta and goes on from its best iterate if fewer than 3/4 of its steps since the
 * last checkpoint raised f, or if since then neither eta nor its best value changed.
 *
 * Under L1 the same rules hold, with the steps of all attacks here: the gradient scaled to 1 in its largest component,
 * projected exactly on ball and box, which leaves few features changed. The adaptive sparsity of APGD-L1 is not used.
 *
 * Source: Croce and Hein, ICML 2020, Algorithm 1; for L1 and its exact projection Croce and Hein, ICML 2021.
 */
export function apgdAttack({ steps }: { readonly steps: number }): Attack {
  const isCheckpoint = new Set(checkpoints(steps));
  return async function* attack(context) {
    const all = Int32Array.from({ length: context.start.rows }, (_, i) => i);
    const points: Points = { ...context.start, data: context.start.data.slice() };
    const before: Points = { ...points, data: points.data.slice() };
    const best: Points = { ...points, data: points.data.slice() };
    let value = await context.objective(points, all);
    const bestValue = value.slice();
    const eta = Float64Array.from(all, (i) => FIRST_STEP * context.budget(i));
    const raised = new Int32Array(points.rows);
    const atCheckpoint = { eta: eta.slice(), best: bestValue.slice() };
    let last = 0;
    for (let k = 0; k < steps; k++) {
      const next = takePoints(points, all);
      const directions = await context.gradient(points, all);
      context.steepest(directions);
      for (const i of all) addScaled(rowOf(next, i), eta[i], rowOf(directions, i));
      context.project(next, all);
      if (k > 0) {
        const [x, old] = [points.data, before.data];
        next.data.forEach((z, at) => {
          next.data[at] = x[at] + FRESH * (z - x[at]) + (1 - FRESH) * (x[at] - old[at]);
        });
        context.project(next, all);
      }
      before.data.set(points.data);
      points.data.set(next.data);
      const reached = await context.objective(points, all);
      for (const i of all) {
        if (reached[i] > value[i]) raised[i]++;
        if (!(reached[i] > bestValue[i])) continue;
        bestValue[i] = reached[i];
        rowOf(best, i).set(rowOf(points, i));
      }
      value = reached;
      const done = k + 1;
      if (isCheckpoint.has(done)) {
        for (const i of all) {
          const isStuck = eta[i] === atCheckpoint.eta[i] && bestValue[i] === atCheckpoint.best[i];
          const isHalved = raised[i] < SUFFICIENT * (done - last) || isStuck;
          atCheckpoint.eta[i] = eta[i];
          atCheckpoint.best[i] = bestValue[i];
          raised[i] = 0;
          if (!isHalved) continue;
          eta[i] /= 2;
          rowOf(points, i).set(rowOf(best, i));
          value[i] = bestValue[i];
        }
        last = done;
      }
      yield { iteration: done, points: best, objective: bestValue, active: points.rows };
    }
    return { iteration: steps, points: best, objective: bestValue, active: 0 };
  };
}

/**
 * The steps after which a point looks back: ceil(p_j steps), p_1 = 0.22, p_{j+1} = p_j + max(p_j - p_{j-1} - 0.03,
 * 0.06).
 */
export function checkpoints(steps: number): number[] {
  const found: number[] = [];
  for (let p = 0.22, gap = 0.22; p <= 1; gap = Math.max(gap - 0.03, 0.06), p += gap) {
    // Shares are sums of hundredths, whose rounding must not add a step.
    found.push(Math.ceil(Math.round(100 * p) * steps * 0.01 - 1e-9));
  }
  return found;
}

const options = z.strictObject({
  steps: z.number().int().positive().default(100).describe("how many"),
  restarts: restartsOption,
});

export const apgd: EvasionAttack<z.infer<typeof options>> = {
  name: "apgd",
  summary: "projected gradient ascent that halves its own steps; the best point on the way counts",
  options,
  capabilities: { norms: everyNorm, gradients: true, discrete: false, improves: true, boosters: false },
  reference: "Croce and Hein, ICML 2020, Algorithm 1",
  gradients: stepsOfAll,
  asks: (chosen) => ({ scores: stepsOfAll(chosen) + 2, gradients: stepsOfAll(chosen) }),
  build: ({ restarts, ...options }) => withRestarts(apgdAttack(options), restarts),
};
