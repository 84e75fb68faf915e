// Trains one learner on a part of the data.

import { fit as fitLearner } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/index.ts";
import type { Model } from "../../models/model.ts";
import { modelFromBytes } from "../../models/model.ts";
import { tensor } from "../../tensor.ts";
import type { Artifact, Json } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { partOf } from "./dataset.ts";

/** Parameters: learner, options, seed, label (names the random stream). Input: training. */
export const fit: TaskKind = {
  version: 4,
  async run(parameters, inputs, { runtime, onProgress }) {
    const fitted = await fitLearner(
      learnerByName(parameters.learner as string),
      partOf("training", parameters, inputs),
      {
        runtime,
        seed: parameters.seed as number,
        label: parameters.label as string,
        options: parameters.options as Record<string, unknown>,
        onProgress,
      },
    );
    return modelArtifact(fitted.model, { training: fitted.training, options: fitted.options as Json });
  },
};

/** A model as an artifact: its file, and what is known of how it came about. */
export function modelArtifact({ bytes }: Pick<Model, "bytes">, json: Json): Artifact {
  return { json, arrays: { onnx: tensor("uint8", [bytes.length], bytes) } };
}

/** Models that were read, by the memory of their file. */
const read = new WeakMap<object, Model>();

/** The model in an artifact: the same one as long as the artifact is in memory. */
export function modelOfArtifact({ arrays }: Artifact): Model {
  const bytes = arrays.onnx.data as Uint8Array;
  const model = read.get(bytes) ?? modelFromBytes(bytes);
  read.set(bytes, model);
  return model;
}
