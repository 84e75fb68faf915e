// Judges poisoning: a target learns from its own data and the first so many points, and is counted on a test set.

import { withPoison } from "../../attacks/poisoning/poison.ts";
import { type Dataset, denseRows } from "../../data/dataset.ts";
import { requireDisjoint } from "../../data/overlap.ts";
import { crossValidate } from "../../learners/crossValidation.ts";
import { fit } from "../../learners/fit.ts";
import { type AnyLearner, learnerByName } from "../../learners/index.ts";
import { regularisationChoices } from "../../learners/regularisation.ts";
import { argMax } from "../../models/losses.ts";
import { openModel } from "../../models/open.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Artifact, Json } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { partOf } from "./dataset.ts";
import { blocksOf, firstPoints } from "./poison.ts";

/** Folds of the cross-validation by which a target chooses its regularisation. */
const FOLDS = 5;

/**
 * Parameters: learner, options, seed, label, counts (points that join, 0 for none), blocks, retune (whether the target
 * chooses its regularisation anew each time), overlap (whether test rows may be among the training rows).
 * Inputs: training, test, `block:0` .. `block:(blocks - 1)`.
 *
 * Training with the same number of points has the same random streams whoever crafted them.
 */
export const poisonJudge: TaskKind = {
  version: 2,
  async run(parameters, inputs, { runtime, onProgress }) {
    const training = partOf("training", parameters, inputs);
    const test = partOf("test", parameters, inputs);
    if (!parameters.overlap) requireDisjoint("test data", test, "the target's training data", training);
    const points = blocksOf(parameters, inputs);
    const learner = learnerByName(parameters.learner as string);
    const options = parameters.options as Record<string, unknown>;
    const seed = parameters.seed as number;
    const counts = parameters.counts as number[];
    const arrays: Record<string, Tensor> = {};
    const chosen: Record<string, unknown>[] = [];
    for (const [i, count] of counts.entries()) {
      const poisoned = points && count > 0 ? withPoison(training, firstPoints(points, count)) : training;
      const ownOptions = parameters.retune ? await retuned(learner, poisoned, options, { runtime, seed }) : options;
      const fitted = await fit(learner, poisoned, {
        runtime,
        seed,
        label: parameters.label as string,
        options: ownOptions,
      });
      const opened = await openModel(runtime, fitted.model);
      arrays[`labels:${i}`] = tensor("int32", [test.labels.length], argMax(await opened.scores(denseRows(test))));
      await opened.close();
      chosen.push(fitted.options);
      onProgress((i + 1) / counts.length);
    }
    return { json: { options: chosen } as Json, arrays };
  },
};

/** The options of least cross-validated error among stronger and weaker regularisation. */
async function retuned(
  learner: AnyLearner,
  data: Dataset,
  options: Record<string, unknown>,
  context: Parameters<typeof crossValidate>[4],
): Promise<Record<string, unknown>> {
  const grid = regularisationChoices(learner.name, options);
  return grid.length < 2 ? options : { ...(await crossValidate(learner, data, grid, FOLDS, context)).best.options };
}

/** What a judged target says of the test rows after so many points, as the position in `counts`. */
export function judgedLabels({ arrays }: Artifact, position: number): Int32Array {
  return arrays[`labels:${position}`].data as Int32Array;
}

/** The options that the target was trained with after so many points. */
export function judgedOptions({ json }: Artifact, position: number): Record<string, unknown> {
  return (json as unknown as { readonly options: readonly Record<string, unknown>[] }).options[position];
}
