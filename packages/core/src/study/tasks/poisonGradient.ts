// The poisoning gradients of one learner on its own data: of the validation loss, by points where they start.

import { openSurrogate } from "../../attacks/poisoning/surrogate.ts";
import { featureCount, rowCount } from "../../data/dataset.ts";
import { columnUnits, perUnit } from "../../data/units.ts";
import { learnerByName } from "../../learners/registry.ts";
import { scalingOf } from "../../learners/scaling.ts";
import { type AnyRows, allRows } from "../../rows.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";
import type { Configured } from "./fit.ts";
import { type Block, joinBlocks } from "./poison.ts";

export interface PoisonGradient {
  readonly loss: number;
  /** [n, ...featureShape] */
  readonly gradient: Tensor<"float64">;
}

const poisonGradientCodec: Codec<PoisonGradient> = {
  name: "poisoning gradient",
  encode: ({ loss, gradient }) => ({ json: { loss }, arrays: { gradient } }),
  decode: async ({ json, arrays }) => ({
    ...(json as { readonly loss: number }),
    gradient: await allRows(arrays.gradient as AnyRows<"float64">),
  }),
};

interface PoisonGradientInputs {
  readonly training: Part;
  readonly validation: Part;
  readonly blocks: readonly Ref<Block>[];
}

/**
 * All points stand at their start together, as the attack finds them when it begins. The loss is the learner's own,
 * summed over the validation data (Demontis et al. 2019, Eq. 5), by the points in the user's units (Eq. 8), or, where
 * the bounds of features differ, each in units of its own range.
 */
export const poisonGradient: TaskKind<Configured & { readonly seed: number }, PoisonGradientInputs, PoisonGradient> = {
  name: "poisonGradient",
  version: 3,
  output: poisonGradientCodec,
  lists: { blocks: "block" },
  estimate: ({ learner }, { training, blocks }) => ({
    seconds: 1 + (training.rows * pointsIn(blocks)) / 50_000,
    learner,
  }),
  async run({ learner, options, seed }, { training, validation, blocks }, { runtime }) {
    const { start, labels } = joinBlocks(blocks)!;
    const { retraining, scaled } = await openSurrogate({
      ...{ learner: learnerByName(learner), options, training, validation, seed, runtime },
    });
    try {
      const loss = await retraining.place(scaled(start.data), labels);
      // A retraining takes the mean over the validation data, and its features are scaled.
      const range = scalingOf(training)?.range ?? new Float64Array(featureCount(training)).fill(1);
      const factors = range.map((width) => rowCount(validation) / width);
      const gradient = (await retraining.gradient()).map((value, at) => value * factors[at % factors.length]);
      const byFeature = tensor("float64", start.shape, gradient);
      return { loss, gradient: perUnit(byFeature, columnUnits(training.domain)) };
    } finally {
      await retraining.close();
    }
  },
};

/** How many points there are in blocks. */
function pointsIn(blocks: readonly Ref<Block>[]): number {
  return blocks.reduce((sum, { rows = 0 }) => sum + rows, 0);
}
