// Loss variability of a learner: the losses of models from several training sets on the same points.

import { denseRows } from "../../data/dataset.ts";
import { crossEntropy } from "../../models/losses.ts";
import { withModel } from "../../models/pool.ts";
import { lossVariability } from "../../transfer/variability.ts";
import type { TaskKind } from "../task.ts";
import { craftedOf } from "./craft.ts";
import { partOf } from "./dataset.ts";
import { modelOfArtifact } from "./fit.ts";

/**
 * Parameters: sets (how many models), budgets and budget (which of the crafted points; both absent for clean ones).
 * Inputs: attacked, `model:0` .. `model:(sets - 1)`, and craft, where V is asked for at attack points.
 */
export const vary: TaskKind = {
  version: 2,
  async run(parameters, inputs, { runtime, onProgress }) {
    const data = partOf("attacked", parameters, inputs);
    const crafted = inputs.craft && craftedOf(inputs.craft, parameters.budgets as number);
    const x = crafted ? crafted[parameters.budget as number].points : denseRows(data);
    const sets = parameters.sets as number;
    const losses: Float64Array[] = [];
    for (let i = 0; i < sets; i++) {
      const model = modelOfArtifact(inputs[`model:${i}`]);
      const scores = await withModel(runtime, model, (opened) => opened.scores(x));
      losses.push(crossEntropy(scores, data.labels, model.probabilities));
      onProgress((i + 1) / sets);
    }
    const found = lossVariability(losses);
    return { json: found ? { perPoint: found.perPoint, ofMean: found.ofMean, sets } : null, arrays: {} };
  },
};
