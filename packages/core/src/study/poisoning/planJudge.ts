// A target that learns from poisoned data, as tasks: where it chooses its regularisation anew and that takes long, each
// fold of each setting is one, and what is chosen is what one task would choose.

import type { FoldErrors } from "../../learners/crossValidation.ts";
import type { PlanBuilder } from "../engine/plan.ts";
import type { Ref } from "../engine/reference.ts";
import { secondsOfFit } from "../tasks/fit.ts";
import { poisonFold } from "../tasks/poisonFold.ts";
import {
  FOLDS,
  type PoisonJudgeInputs,
  type PoisonJudgeParameters,
  type PoisonVerdict,
  poisonJudge,
  settingsOf,
} from "../tasks/poisonJudge.ts";

/** Seconds that a fold takes at least to be a task of its own: in a study workers are there already. */
const LEAST_SECONDS = 0.25;

/** Adds the judging of a target. */
export function planJudge(
  plan: PlanBuilder,
  parameters: PoisonJudgeParameters,
  inputs: Omit<PoisonJudgeInputs, "folds">,
  what: string,
): Ref<readonly PoisonVerdict[]> {
  const folds = parameters.retune ? planRetuning(plan, parameters, inputs, what) : [];
  return plan.add(poisonJudge, parameters, { ...inputs, ...(folds.length > 0 && { folds }) }, what);
}

/** The folds of each setting after each number of points, in this order; none where they are soon judged. */
function planRetuning(
  plan: PlanBuilder,
  { learner, options, seed, counts }: PoisonJudgeParameters,
  { training, blocks }: Pick<PoisonJudgeInputs, "training" | "blocks">,
  what: string,
): readonly Ref<FoldErrors>[] {
  const settings = settingsOf(learner, options);
  const seconds = settings.map((each) => secondsOfFit(learner, each, training));
  if (settings.length < 2 || Math.max(...seconds) < LEAST_SECONDS) return [];
  return counts.flatMap((count) =>
    settings.flatMap((setting) =>
      Array.from({ length: FOLDS }, (_, fold) => {
        const parameters = { learner, options: setting, seed, count, fold, folds: FOLDS };
        return plan.add(poisonFold, parameters, { training, blocks }, `${what}, fold ${fold + 1} of ${FOLDS}`);
      }),
    ),
  );
}
