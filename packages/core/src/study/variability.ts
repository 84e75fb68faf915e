// Plans V of a study: every surrogate's learner on several training sets, judged on the points of the first repetition.

import { type MatrixKeys, planFit, planVary, type TrainedModel } from "./matrix.ts";
import type { PlanBuilder } from "./plan.ts";
import type { Study } from "./schema.ts";
import type { PartRef } from "./tasks/dataset.ts";

/** A surrogate whose V is asked for; `model(set)` is its training on one of the training sets. */
export interface VaryingModel {
  readonly id: string;
  model(set: number): TrainedModel;
}

/** V of a surrogate's learner under both definitions (paper Eq. 19). */
export interface SurrogateVariability {
  readonly surrogate: string;
  readonly perPoint: number;
  readonly ofMean: number;
  readonly sets: number;
}

/** The budget at whose attack points V is taken: the smallest. */
const smallest = (epsilons: readonly number[]) => epsilons.indexOf(Math.min(...epsilons));

/** Adds the tasks; returns the key of each surrogate's V. */
export function planVariability(
  plan: PlanBuilder,
  study: Study,
  surrogates: readonly VaryingModel[],
  attacked: PartRef,
  crafts: MatrixKeys["crafts"],
): ReadonlyMap<string, string> {
  const { sets, at } = study.variability;
  const { epsilons } = study.attack;
  return new Map(
    surrogates.map(({ id, model }) => {
      const fits = Array.from({ length: sets }, (_, set) => {
        const prefix = `training set ${set + 1}: `;
        return planFit(plan, id, model(set), { seed: study.seed, prefix });
      });
      const crafted = at === "attacked" ? crafts.get(id) : undefined;
      const from = crafted && { craft: crafted.craft, budgets: epsilons.length, budget: smallest(epsilons) };
      const key = planVary(plan, id, fits, attacked, from);
      return [id, key] as const;
    }),
  );
}
