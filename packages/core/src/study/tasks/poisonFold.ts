// Judges one setting of a target on one fold of what it learns from, after so many poisoning points.

import type { FoldErrors } from "../../learners/crossValidation.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { secondsOfFit } from "./fit.ts";
import { type FoldParameters, fold } from "./fold.ts";
import { type Block, poisonedBy } from "./poison.ts";

interface PoisonFoldParameters extends FoldParameters {
  /** How many points join the training data; 0 for none. */
  readonly count: number;
}

interface PoisonFoldInputs {
  readonly training: Part;
  readonly blocks: readonly Ref<Block>[];
}

/** The task of a fold of the cross-validation by which a poisoned target chooses its regularisation. */
export const poisonFold: TaskKind<PoisonFoldParameters, PoisonFoldInputs, FoldErrors> = {
  name: "poisonFold",
  version: 2,
  output: fold.output,
  lists: { blocks: "block" },
  estimate: ({ learner, options, folds, count }, { training }) => ({
    seconds: secondsOfFit(learner, options, { ...training, rows: (training.rows + count) * (1 - 1 / folds) }),
    learner,
  }),
  run({ count, ...parameters }, { training, blocks }, host) {
    return fold.run(parameters, { training: poisonedBy(training, blocks, count) }, host);
  },
};
