// The poisoning gradients of one learner on its own data: of the validation loss, by points where they start.

import { openSurrogate } from "../../attacks/poisoning/surrogate.ts";
import { featureCount, rowCount } from "../../data/dataset.ts";
import { columnUnits, perUnit } from "../../data/units.ts";
import { learnerByName } from "../../learners/index.ts";
import { scalingOf } from "../../learners/scaling.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { Artifact } from "../artifact.ts";
import type { TaskKind } from "../task.ts";
import { partOf } from "./dataset.ts";
import { blocksOf } from "./poison.ts";

/**
 * Parameters: learner, options, seed, blocks. Inputs: training, validation, `block:i`.
 *
 * All points stand at their start together, as the attack finds them when it begins. The loss is the learner's own,
 * summed over the validation data (Demontis et al. 2019, Eq. 5), by the points in the user's units (Eq. 8), or, where
 * the bounds of features differ, each in units of its own range.
 */
export const poisonGradient: TaskKind = {
  version: 3,
  async run(parameters, inputs, { runtime }) {
    const training = partOf("training", parameters, inputs);
    const validation = partOf("validation", parameters, inputs);
    const { start, labels } = blocksOf(parameters, inputs)!;
    const { retraining, scaled } = await openSurrogate({
      learner: learnerByName(parameters.learner as string),
      options: parameters.options as Record<string, unknown>,
      training,
      validation,
      seed: parameters.seed as number,
      runtime,
    });
    try {
      const loss = await retraining.place(scaled(start.data), labels);
      // A retraining takes the mean over the validation data, and its features are scaled.
      const range = scalingOf(training)?.range ?? new Float64Array(featureCount(training)).fill(1);
      const factors = range.map((width) => rowCount(validation) / width);
      const gradient = (await retraining.gradient()).map((value, at) => value * factors[at % factors.length]);
      const byFeature = tensor("float64", start.shape, gradient);
      return { json: { loss }, arrays: { gradient: perUnit(byFeature, columnUnits(training.domain)) } };
    } finally {
      await retraining.close();
    }
  },
};

/** The gradients in an artifact, [n, ...featureShape]. */
export function gradientOf({ arrays }: Artifact): Tensor<"float64"> {
  return arrays.gradient as Tensor<"float64">;
}
