// Judges points crafted on one model on several others, and predicts to first order what they do there.

import { denseRows } from "../../data/dataset.ts";
import { argMax, crossEntropy } from "../../models/losses.ts";
import { openModel } from "../../models/open.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { predictedIncreases } from "../../transfer/gradients.ts";
import type { Artifact } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { craftedOf } from "./craft.ts";
import { partOf } from "./dataset.ts";
import { modelOfArtifact } from "./fit.ts";
import { lookOf } from "./look.ts";

/** What one judged model does under the points of one budget. */
export interface Verdict {
  readonly labels: Int32Array;
  readonly losses: Float64Array;
  /** First-order increase of each point's loss; undefined without gradients. */
  readonly predicted: Float64Array | undefined;
}

/** Parameters: judged (ids), budgets (how many). Inputs: attacked, craft, and `model:ID`, `look:ID` of each judged. */
export const judge: TaskKind = {
  version: 1,
  async run(parameters, inputs, { runtime, onProgress }) {
    const attacked = partOf("attacked", parameters, inputs);
    const x = denseRows(attacked);
    const crafted = craftedOf(inputs.craft, parameters.budgets as number);
    const judged = parameters.judged as string[];
    const arrays: Record<string, Tensor> = {};
    const n = attacked.labels.length;
    for (const [done, id] of judged.entries()) {
      const model = modelOfArtifact(inputs[`model:${id}`]);
      const { gradients } = lookOf(inputs[`look:${id}`]);
      const opened = await openModel(runtime, model);
      for (const [i, { points }] of crafted.entries()) {
        const scores = await opened.scores(points);
        arrays[`labels:${id}:${i}`] = tensor("int32", [n], argMax(scores));
        arrays[`losses:${id}:${i}`] = tensor(
          "float64",
          [n],
          crossEntropy(scores, attacked.labels, model.probabilities),
        );
        if (gradients)
          arrays[`predicted:${id}:${i}`] = tensor("float64", [n], predictedIncreases(x, points, gradients));
      }
      await opened.close();
      onProgress((done + 1) / judged.length);
    }
    return { json: null, arrays };
  },
};

/** The verdict on one judged model for one budget; undefined where nothing was crafted. */
export function verdictOf({ arrays }: Artifact, id: string, budget: number): Verdict | undefined {
  const labels = arrays[`labels:${id}:${budget}`];
  if (!labels) return undefined;
  return {
    labels: labels.data as Int32Array,
    losses: arrays[`losses:${id}:${budget}`].data as Float64Array,
    predicted: arrays[`predicted:${id}:${budget}`]?.data as Float64Array | undefined,
  };
}
