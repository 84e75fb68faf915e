// What a model says of clean points: labels, losses and, where it can be differentiated, loss gradients.

import { denseRows } from "../../data/dataset.ts";
import { argMax, crossEntropy } from "../../models/losses.ts";
import { openModel } from "../../models/open.ts";
import { type FloatType, type Tensor, tensor, toFloat } from "../../tensor.ts";
import type { Artifact } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { partOf } from "./dataset.ts";
import { modelOfArtifact } from "./fit.ts";

/** What is known of a model on N clean points. */
export interface Look {
  readonly labels: Int32Array;
  readonly losses: Float64Array;
  /** [N, ...]; undefined without gradients. */
  readonly gradients: Tensor<FloatType> | undefined;
  /** Why there are no gradients, where there are none. */
  readonly noGradients: string | undefined;
}

/** Inputs: model, attacked. */
export const look: TaskKind = {
  version: 1,
  async run(parameters, inputs, { runtime }) {
    const model = modelOfArtifact(inputs.model);
    const data = partOf("attacked", parameters, inputs);
    const x = denseRows(data);
    const opened = await openModel(runtime, model);
    const looked = await opened.differentiable?.inputGradient("crossEntropy", x, data.labels);
    const scores = looked?.scores ?? (await opened.scores(x));
    await opened.close();
    const n = data.labels.length;
    return {
      json: { noGradients: opened.notDifferentiable },
      arrays: {
        labels: tensor("int32", [n], argMax(scores)),
        losses: tensor("float64", [n], crossEntropy(scores, data.labels, model.probabilities)),
        ...(looked && { gradients: toFloat(looked.gradient, "float32") }),
      },
    };
  },
};

/** The look in an artifact. */
export function lookOf({ json, arrays }: Artifact): Look {
  return {
    labels: arrays.labels.data as Int32Array,
    losses: arrays.losses.data as Float64Array,
    gradients: arrays.gradients as Tensor<FloatType> | undefined,
    noGradients: (json as { noGradients?: string }).noGradients,
  };
}
