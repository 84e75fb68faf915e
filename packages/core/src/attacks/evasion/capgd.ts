// Constrained Auto-PGD: ascent under the rules of a table, whose best valid point counts.

import { z } from "zod";
import { type Attack, type AttackContext, type Points, rowOf, takePoints } from "../attack.ts";
import { overrideContext } from "../override.ts";
import type { Queries } from "../queries.ts";
import { towardsRules } from "../towardsRules.ts";
import { apgdAttack } from "./apgd.ts";
import { type EvasionAttack, everyNorm, restartsOption } from "./evasionAttack.ts";
import { stepsOfAll, withRestarts } from "./restarts.ts";

/** How long ascent under the rules of a table takes, and how often it begins. */
export interface CapgdOptions {
  readonly steps: number;
  readonly restarts: number;
}

/** The weight of a violation, in slopes of the objective: above 1 an optimum under it is one under the rules. */
const WEIGHT = 2;

/** Points that count, the best of each row so far. */
export interface Best {
  readonly points: Points;
  /** Of rows for which none was found, -Infinity. */
  readonly objective: Float64Array;
}

/**
 * Auto-PGD on the exact penalty f(x) - w v(x), with the objective f, the distance v from the relations of the table in
 * units of cost, and for each point the weight w = 2 ||u grad f||, the largest met so far, so that no unit of an
 * objective has to be weighed against a unit of cost. Computed columns follow after each step, and gradients go through
 * them. Each iterate is also moved to the rules and rounded (`towardsRules`); of what satisfies all of them the best is
 * returned.
 *
 * Where there are no rules it is Auto-PGD with the rounding taken into account.
 *
 * Source: Simonetto, Ghamizi and Cordy, NeurIPS 2024 (CAPGD); there the penalty has no weight, repair comes at the end,
 * and gradients do not go through computed columns. The exact penalty: Nocedal and Wright, Numerical Optimization,
 * chapter 17.2.
 */
export function capgdAttack({ steps, restarts }: CapgdOptions): Attack {
  const climb = withRestarts(apgdAttack({ steps }), restarts);
  return async function* attack(context) {
    const best: Best = {
      points: takePoints(
        context.start,
        Int32Array.from({ length: context.start.rows }, (_, i) => i),
      ),
      objective: new Float64Array(context.start.rows).fill(Number.NEGATIVE_INFINITY),
    };
    const states = climb(penalised(context, best));
    let next = await states.next();
    while (!next.done) {
      yield { ...next.value, ...best };
      next = await states.next();
    }
    return { ...next.value, ...best };
  };
}

/** The context whose objective is penalised, and which keeps what satisfies the rules. */
function penalised(context: AttackContext, best: Best): AttackContext {
  const { violation, units } = context;
  const weights = new Float64Array(best.objective.length);
  return overrideContext(context, {
    async objective(points, indices) {
      const values = await context.objective(points, indices);
      await keepValid(context, best, points, indices, values);
      const far = violation?.(points).distance;
      return far
        ? values.map((value, row) => (far[row] > 0 ? value - weights[indices[row]] * far[row] : value))
        : values;
    },
    async gradient(points, indices, step) {
      const gradients = await context.gradient(points, indices, step);
      if (!violation) return gradients;
      const { distance, gradient } = violation(points);
      indices.forEach((i, row) => {
        const own = rowOf(gradients, row);
        let square = 0;
        for (let j = 0; j < own.length; j++) square += (own[j] * (units?.[j] ?? 1)) ** 2;
        weights[i] = Math.max(weights[i], WEIGHT * Math.sqrt(square));
        if (distance[row] === 0) return;
        const away = rowOf({ ...points, data: gradient }, row);
        for (let j = 0; j < own.length; j++) own[j] -= (weights[i] || 1) * away[j];
      });
      return gradients;
    },
  });
}

/** Takes what satisfies all rules next to some points into the best of their rows. */
async function keepValid(
  context: AttackContext,
  best: Best,
  points: Points,
  indices: Int32Array,
  values: Float64Array,
): Promise<void> {
  const near = towardsRules(context, points, indices);
  const valid = Int32Array.from(indices.keys()).filter((row) => near.isValid[row] === 1);
  const isSame = (row: number) => rowOf(near.points, row).every((value, j) => value === rowOf(points, row)[j]);
  const others = valid.filter((row) => !isSame(row));
  const asked = await context.objective(
    takePoints(near.points, others),
    others.map((row) => indices[row]),
  );
  const reached = values.slice();
  others.forEach((row, k) => {
    reached[row] = asked[k];
  });
  for (const row of valid) {
    const i = indices[row];
    if (!(reached[row] > best.objective[i])) continue;
    best.objective[i] = reached[row];
    rowOf(best.points, i).set(rowOf(near.points, row));
  }
}

export const capgdOptions = z.strictObject({
  steps: z.number().int().positive().default(10).describe("how many"),
  restarts: restartsOption.default(1),
});

/** Each step asks for the scores of its point and of what it is repaired to. */
export const askedByCapgd = (chosen: CapgdOptions): Queries => ({
  scores: 2 * stepsOfAll(chosen) + 10,
  gradients: stepsOfAll(chosen),
});

export const capgd: EvasionAttack<CapgdOptions> = {
  name: "capgd",
  summary: "ascent under the rules of a table, repaired after each step; the best valid point on the way counts",
  options: capgdOptions,
  capabilities: { norms: everyNorm, gradients: true, discrete: false, improves: true, boosters: false },
  reference: "Simonetto, Ghamizi and Cordy, NeurIPS 2024 (CAPGD)",
  gradients: stepsOfAll,
  asks: askedByCapgd,
  build: capgdAttack,
};
