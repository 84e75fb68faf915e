// Trainings of `carom fit` that take long enough to be divided over worker processes: folds of a cross-validation, and
// trees of a forest. What comes of them is what one process finds.

import type { Dataset } from "@carom/core";
import type { CrossValidation, FitOptions } from "@carom/core/learners";
import { type FoldsQuestion, planFolds, planTrees, readRef, startPlan } from "@carom/core/study";
import { type RunOptions, runPlan } from "../host/runPlan.ts";

/** A cross-validation in tasks; undefined where one process does as well. */
export async function validatedInParts(
  question: FoldsQuestion,
  dataset: Dataset,
  running: RunOptions,
): Promise<CrossValidation | undefined> {
  if (running.workers === 1) return undefined;
  const plan = startPlan();
  const folds = planFolds(plan, question, plan.data(dataset));
  return folds?.read(await runPlan(plan, folds.refs, running));
}

/** The trees of a forest, grown in tasks; undefined for another learner, and where one process does as well. */
export async function treesInParts(
  forest: Parameters<typeof planTrees>[1],
  dataset: Dataset,
  running: RunOptions,
): Promise<FitOptions["trees"]> {
  if (running.workers === 1) return undefined;
  const plan = startPlan();
  const parts = planTrees(plan, forest, plan.data(dataset), `training ${forest.learner}`);
  if (parts.length === 0) return undefined;
  const store = await runPlan(plan, parts, running);
  return (await Promise.all(parts.map((part) => readRef(store, part)))).flat();
}
