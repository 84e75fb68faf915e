// Trains one learner on a part of the data.

import { fit as fitLearner } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import type { TrainingSize } from "../../learners/trainingSize.ts";
import type { Tree } from "../../learners/trees/tree.ts";
import { type Model, modelFromBytes } from "../../models/model.ts";
import { inMemory } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import type { Json } from "../engine/artifact.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";

/** A model's file, and what is known of how it came about, where it was trained here. */
export interface StoredModel {
  readonly bytes: Uint8Array;
  readonly training?: Readonly<Record<string, number>>;
  readonly options?: Readonly<Record<string, unknown>>;
}

/** How a model is kept. */
export const modelCodec: Codec<StoredModel> = {
  name: "model",
  encode: ({ bytes, training, options }) => ({
    json: { ...(training && { training }), ...(options && { options: options as Json }) },
    arrays: { onnx: tensor("uint8", [bytes.length], bytes) },
  }),
  decode: ({ json, arrays }) => ({
    ...(json as Partial<StoredModel>),
    bytes: inMemory(arrays.onnx).data as Uint8Array,
  }),
};

/** Models that were read, by the memory of their file. */
const read = new WeakMap<Uint8Array, Model>();

/** The model in a file: the same one as long as the file is in memory. */
export function modelOf({ bytes }: StoredModel): Model {
  const model = read.get(bytes) ?? modelFromBytes(bytes);
  read.set(bytes, model);
  return model;
}

/** A learner with all of its options. */
export interface Configured {
  readonly learner: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface FitParameters extends Configured {
  readonly seed: number;
  /** Names the random stream. */
  readonly label: string;
}

/** Bytes of a small model, and the numbers of float32 for each feature that it has beside: those of linear ones. */
const [MODEL_BYTES, NUMBERS] = [20_000, 2];

interface FitInputs {
  readonly training: Part;
  /** All trees of a forest, where other tasks grow them. */
  readonly trees?: readonly Ref<readonly Tree[]>[];
}

/** Seconds to join trees. */
const JOINING = 0.1;

/** The task that trains a learner. */
export const fit: TaskKind<FitParameters, FitInputs, StoredModel> = {
  name: "fit",
  version: 10,
  output: modelCodec,
  lists: { trees: "tree" },
  estimate: ({ learner, options }, { training, trees }) => ({
    seconds: trees ? JOINING : secondsOfFit(learner, options, training),
    bytes: MODEL_BYTES + NUMBERS * 4 * training.features,
    learner,
    ...(learnerByName(learner).capabilities.affine && {
      weighed: Math.min(training.features, training.rows * (training.perRow ?? training.features)),
    }),
  }),
  async run({ learner, options, seed, label }, { training, trees }, { runtime, onProgress }) {
    const context = { runtime, seed, stream: label, options, trees: trees?.flat(), onProgress };
    const fitted = await fitLearner(learnerByName(learner), training, context);
    return { bytes: fitted.model.bytes, training: fitted.training, options: fitted.options };
  },
};

/** Seconds for the training of a learner on so much. */
export function secondsOfFit(learner: string, options: Configured["options"], size: TrainingSize): number {
  return 0.05 + learnerByName(learner).estimates.fit(options, size);
}
