// Plans V of a study: every surrogate's learner on several training sets, judged on the points of the first repetition.

import type { PlanBuilder } from "../engine/plan.ts";
import type { Part, Ref } from "../engine/reference.ts";
import { lossVariability, type Variability } from "../tasks/lossVariability.ts";
import type { Matrix } from "./matrix.ts";
import { planFit, type TrainedModel } from "./planFit.ts";
import type { Study } from "./schema.ts";

/** A surrogate whose V is asked for; `model(set)` is its training on one of the training sets. */
interface VaryingModel {
  readonly id: string;
  model(set: number): TrainedModel;
}

/** V of a surrogate's learner under both definitions (paper Eq. 19). */
export interface SurrogateVariability extends NonNullable<Variability> {
  readonly surrogate: string;
}

/** Adds the tasks; returns the V of each surrogate. */
export function planVariability(
  plan: PlanBuilder,
  study: Study,
  surrogates: readonly VaryingModel[],
  attacked: Part,
  crafts: Matrix["crafts"],
): ReadonlyMap<string, Ref<Variability>> {
  const { sets: count, at } = study.variability;
  const { epsilons } = study.attack;
  return new Map(
    surrogates.map(({ id, model }) => {
      const sets = Array.from({ length: count }, (_, set) =>
        planFit(plan, id, model(set), { seed: study.seed, prefix: `training set ${set + 1}: ` }),
      );
      const craft = at === "attacked" ? crafts.get(id)?.craft : undefined;
      // Of attack points those of the smallest budget.
      const which = craft ? { budgets: epsilons.length, budget: epsilons.indexOf(Math.min(...epsilons)) } : {};
      const inputs = { attacked, sets, ...(craft && { craft }) };
      return [id, plan.add(lossVariability, which, inputs, `variability of ${id}`)] as const;
    }),
  );
}
