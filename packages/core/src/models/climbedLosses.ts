// The losses that attacks climb, whatever the model takes its gradients of.

import type { Tensor } from "../tensor.ts";
import { crossEntropy, margin, ownScoreLoss, type ScoreLoss } from "./losses.ts";
import type { Differentiable } from "./open.ts";

/** The margin of each row that goes with the gradient of margins that the model gives. */
export async function marginsOf(model: Differentiable, x: Tensor, labels: Int32Array): Promise<Float64Array> {
  return model.margins ? model.margins(x, labels) : margin(await model.scores(x), labels);
}

/** The loss of each row that goes with the gradient of that loss that the model gives. */
export async function lossesOf(
  model: Differentiable,
  loss: ScoreLoss,
  x: Tensor,
  labels: Int32Array,
): Promise<Float64Array> {
  if (loss === "margin") return marginsOf(model, x, labels);
  const values = model.logits ? await model.logits(x) : await model.scores(x);
  if (loss === "crossEntropy") return crossEntropy(values, labels, model.probabilities && !model.logits);
  return ownScoreLoss(values, labels);
}
