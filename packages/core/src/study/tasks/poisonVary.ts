// V for poisoning: the validation losses of a learner on several training sets, each with the same points at their start.

import { withPoison } from "../../attacks/poisoning/poison.ts";
import { denseRows } from "../../data/dataset.ts";
import { fit } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/index.ts";
import { crossEntropy } from "../../models/losses.ts";
import { openModel } from "../../models/open.ts";
import { lossVariability } from "../../transfer/variability.ts";
import type { TaskKind } from "../task.ts";
import { partOf } from "./dataset.ts";
import { atStart, blocksOf } from "./poison.ts";

/**
 * Parameters: learner, options, seed, sets, blocks. Inputs: validation, `set:0` .. `set:(sets - 1)`, `block:i`.
 *
 * The loss is the cross-entropy, alike for all learners: what the attacks climb has other units in each family.
 */
export const poisonVary: TaskKind = {
  version: 2,
  async run(parameters, inputs, { runtime, onProgress }) {
    const validation = partOf("validation", parameters, inputs);
    const points = atStart(blocksOf(parameters, inputs)!);
    const sets = parameters.sets as number;
    const losses: Float64Array[] = [];
    for (let i = 0; i < sets; i++) {
      const data = withPoison(partOf(`set:${i}`, parameters, inputs), points);
      const { model } = await fit(learnerByName(parameters.learner as string), data, {
        runtime,
        seed: parameters.seed as number,
        label: `set ${i}`,
        options: parameters.options as Record<string, unknown>,
      });
      const opened = await openModel(runtime, model);
      losses.push(crossEntropy(await opened.scores(denseRows(validation)), validation.labels, model.probabilities));
      await opened.close();
      onProgress((i + 1) / sets);
    }
    const found = lossVariability(losses);
    return { json: found ? { perPoint: found.perPoint, ofMean: found.ofMean, sets } : null, arrays: {} };
  },
};
