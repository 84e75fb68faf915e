// Trainings in parts, so that all workers have something to do: folds of a cross-validation, trees of a forest.

import { type CrossValidation, chosenAmong, type FoldErrors } from "../learners/crossValidation.ts";
import { learnerByName } from "../learners/registry.ts";
import type { Tree } from "../learners/trees/tree.ts";
import type { PlanBuilder } from "./engine/plan.ts";
import type { Part, Ref } from "./engine/reference.ts";
import { readRef, type Store } from "./engine/store.ts";
import { type Configured, type FitParameters, secondsOfFit } from "./tasks/fit.ts";
import { fold } from "./tasks/fold.ts";
import { growTrees } from "./tasks/growTrees.ts";

/** Seconds that a part of a training takes at least: a worker needs a good part of one to begin. */
const LEAST_SECONDS = 1;
/** Parts of a forest, at most: each orders the columns again. */
const MOST_PARTS = 4;

/**
 * Adds the trees of a forest in parts, each worth a worker; none for another learner, or for a forest that is soon
 * grown. Trees are the same in any number of parts.
 */
export function planTrees(
  plan: PlanBuilder,
  parameters: FitParameters,
  training: Part,
  what: string,
): readonly Ref<readonly Tree[]>[] {
  const { learner, options } = parameters;
  const count = learnerByName(learner).forest?.count(options) ?? 1;
  const parts = Math.min(MOST_PARTS, count, secondsOfFit(learner, options, training) / LEAST_SECONDS);
  if (parts < 2) return [];
  const whole = Math.floor(parts);
  return Array.from({ length: whole }, (_, i) => {
    const [from, to] = [i, i + 1].map((end) => Math.floor((end * count) / whole));
    return plan.add(growTrees, { ...parameters, from, to }, { training }, `${what}, trees ${from + 1} to ${to}`);
  });
}

/** A cross-validation: a learner, the settings to choose among, and the number of folds. */
export interface FoldsQuestion {
  readonly learner: string;
  readonly settings: readonly Configured["options"][];
  readonly folds: number;
  readonly seed: number;
}

/** The folds of all settings, one setting after the other. */
export interface PlannedFolds {
  readonly refs: readonly Ref<FoldErrors>[];
  /** What the errors come to, once they are in a store. */
  read(store: Store): Promise<CrossValidation>;
}

/** Adds each fold of each setting; undefined where one is judged too soon to be worth a worker. */
export function planFolds(
  plan: PlanBuilder,
  { learner, settings, folds, seed }: FoldsQuestion,
  training: Part,
): PlannedFolds | undefined {
  const seconds = settings.map((options) => secondsOfFit(learner, options, training));
  if (Math.max(...seconds) < LEAST_SECONDS) return undefined;
  const refs = settings.flatMap((options) =>
    Array.from({ length: folds }, (_, i) => {
      const parameters = { learner, options, seed, fold: i, folds };
      return plan.add(fold, parameters, { training }, `${learner}, fold ${i + 1} of ${folds}`);
    }),
  );
  return {
    refs,
    read: async (store) => chosenAmong(settings, await Promise.all(refs.map((ref) => readRef(store, ref)))),
  };
}
