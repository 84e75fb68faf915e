// Judges points crafted on one model on several others, and predicts to first order what they do there.

import { denseRows } from "../../data/dataset.ts";
import { argMax, crossEntropy } from "../../models/losses.ts";
import { withModel } from "../../models/pool.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { predictedIncreases } from "../../transfer/gradients.ts";
import type { Artifact } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { answeredLosses, answersOf } from "./ask.ts";
import { craftedOf, nonFiniteOf } from "./craft.ts";
import { partOf } from "./dataset.ts";
import { modelOfArtifact } from "./fit.ts";
import { lookOf } from "./look.ts";

/** What one judged model does under the points of one budget. */
export interface Verdict {
  readonly labels: Int32Array;
  /** Undefined where the model names classes only. */
  readonly losses: Float64Array | undefined;
  /** First-order increase of each point's loss; undefined without gradients. */
  readonly predicted: Float64Array | undefined;
}

/** Parameters: judged (ids), budgets (how many). Inputs: attacked, craft, and of each judged `look:ID` and `model:ID` or `answers:ID`. */
export const judge: TaskKind = {
  version: 3,
  async run(parameters, inputs, { runtime, onProgress }) {
    const attacked = partOf("attacked", parameters, inputs);
    const x = denseRows(attacked);
    const crafted = craftedOf(inputs.craft, parameters.budgets as number);
    const judged = parameters.judged as string[];
    const arrays: Record<string, Tensor> = {};
    const n = attacked.labels.length;
    const keep = (id: string, budget: number, scores: Tensor, losses: Float64Array | undefined) => {
      arrays[`labels:${id}:${budget}`] = tensor("int32", [n], argMax(scores));
      if (losses) arrays[`losses:${id}:${budget}`] = tensor("float64", [n], losses);
    };
    for (const [done, id] of judged.entries()) {
      const answered = inputs[`answers:${id}`];
      if (answered) {
        for (const i of crafted.keys()) {
          const answers = answersOf(answered, i)!;
          keep(id, i, answers.scores, answeredLosses(answers, attacked.labels));
        }
        continue;
      }
      const model = modelOfArtifact(inputs[`model:${id}`]);
      const { gradients } = lookOf(inputs[`look:${id}`]);
      await withModel(runtime, model, async (opened) => {
        for (const [i, { points }] of crafted.entries()) {
          const scores = await opened.scores(points);
          keep(id, i, scores, crossEntropy(scores, attacked.labels, model.probabilities));
          if (gradients)
            arrays[`predicted:${id}:${i}`] = tensor("float64", [n], predictedIncreases(x, points, gradients));
        }
      });
      onProgress((done + 1) / judged.length);
    }
    return { json: { nonFinite: nonFiniteOf(inputs.craft) }, arrays };
  },
};

/** The verdict on one judged model for one budget; undefined where nothing was crafted. */
export function verdictOf({ arrays }: Artifact, id: string, budget: number): Verdict | undefined {
  const labels = arrays[`labels:${id}:${budget}`];
  if (!labels) return undefined;
  return {
    labels: labels.data as Int32Array,
    losses: arrays[`losses:${id}:${budget}`]?.data as Float64Array | undefined,
    predicted: arrays[`predicted:${id}:${budget}`]?.data as Float64Array | undefined,
  };
}
