// What learns to stand in for a target: the learners that were asked for, else every one that can.

import type { Dataset } from "../../data/dataset.ts";
import { InputError } from "../../errors.ts";
import { whyInfeasible } from "../../learners/feasible.ts";
import type { AnyLearner } from "../../learners/learner.ts";
import { learnerByName, learners } from "../../learners/registry.ts";
import type { TrainingSize } from "../../learners/trainingSize.ts";
import type { SurrogateChoice } from "./surrogateChoice.ts";

/** A learner in one complexity, or its name for both. */
export type AskedSurrogate = string | SurrogateChoice;

/** What learns to stand in for the target, and in sentences what was chosen, and why what else might have does not. */
export interface Surrogates {
  readonly choices: readonly SurrogateChoice[];
  readonly told: readonly string[];
}

/**
 * The learners that were asked for, else every differentiable one that fits the data.
 *
 * @throws InputError for one that was asked for and cannot
 */
export function surrogatesFor(
  { attacked, training }: { readonly attacked: Dataset; readonly training: TrainingSize },
  asked?: readonly AskedSurrogate[],
): Surrogates {
  const isImage = attacked.featureShape.length >= 2;
  const fits = ({ capabilities }: AnyLearner) =>
    capabilities.differentiable && (capabilities.images !== true || isImage);
  const possible = Object.values(learners).filter(fits);
  const chosen = (asked ?? possible.map(({ name }) => name)).map((each) =>
    typeof each === "string"
      ? { learner: learnerByName(each), complexities: ["high", "low"] as const }
      : { learner: learnerByName(each.learner), complexities: [each.complexity] },
  );
  const unfit = chosen.find(({ learner }) => !fits(learner))?.learner;
  if (unfit) {
    throw new InputError("unsupported", `surrogate ${unfit.name}`, {
      expected: `one of ${possible.map(({ name }) => name).join(", ")}`,
      got: unfit.capabilities.differentiable
        ? "a learner for images, and rows that are none"
        : "a learner without gradients",
      remedy: "leave it out of the surrogates",
    });
  }
  const choices: SurrogateChoice[] = [];
  const leftOut: string[] = [];
  for (const { learner, complexities } of chosen) {
    const infeasible = whyInfeasible(learner, {}, training);
    if (infeasible && asked) throw infeasible;
    if (infeasible) leftOut.push(`${learner.name} is no surrogate here: ${infeasible.message}.`);
    else for (const complexity of complexities) choices.push({ learner: learner.name, complexity });
  }
  const which =
    `surrogates: every differentiable learner${isImage ? "" : " for rows that are no images"}, of low and of high ` +
    "complexity";
  return { choices, told: [...(asked ? [] : [which]), ...leftOut] };
}
