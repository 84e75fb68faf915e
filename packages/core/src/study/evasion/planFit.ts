// A model to be trained, as a task.

import type { PlanBuilder } from "../engine/plan.ts";
import type { Part, Ref } from "../engine/reference.ts";
import { planTrees } from "../parts.ts";
import { type Configured, fit, type StoredModel } from "../tasks/fit.ts";
import type { MatrixQuestion } from "./matrixQuestion.ts";

/** A model to be trained. */
export interface TrainedModel extends Configured {
  readonly training: Part;
  /** Names the random stream of training. */
  readonly label: string;
}

/** Adds the training of a model. */
export function planFit(
  plan: PlanBuilder,
  id: string,
  { learner, options, training, label }: TrainedModel,
  { seed, prefix }: Pick<MatrixQuestion, "seed" | "prefix">,
): Ref<StoredModel> {
  const parameters = { learner, options, seed, label };
  const what = `${prefix}training ${id}`;
  const trees = planTrees(plan, parameters, training, what);
  return plan.add(fit, parameters, { training, ...(trees.length > 0 && { trees }) }, what);
}
