// Judges one setting of a learner on one fold of a cross-validation.

import { type FoldErrors, judgeFold } from "../../learners/crossValidation.ts";
import { learnerByName } from "../../learners/registry.ts";
import { jsonCodec } from "../engine/codec.ts";
import type { Part } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import { type Configured, secondsOfFit } from "./fit.ts";

export interface FoldParameters extends Configured {
  readonly seed: number;
  /** Which fold, of how many. */
  readonly fold: number;
  readonly folds: number;
}

/** The task that fits a setting to all folds but one and judges it there. */
export const fold: TaskKind<FoldParameters, { readonly training: Part }, FoldErrors> = {
  name: "fold",
  version: 3,
  output: jsonCodec<FoldErrors>("fold errors"),
  estimate: ({ learner, options, folds }, { training }) => ({
    seconds: secondsOfFit(learner, options, { ...training, rows: training.rows * (1 - 1 / folds) }),
    learner,
  }),
  run({ learner, options, seed, ...which }, { training }, { runtime, onProgress }) {
    return judgeFold(learnerByName(learner), training, options, which, { runtime, seed, onProgress });
  },
};
