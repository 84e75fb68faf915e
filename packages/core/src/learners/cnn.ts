// The convolutional network: convolutions, pooling and dense layers with ReLU, trained on the cross-entropy.

import { z } from "zod";
import type { Dataset } from "../data/dataset.ts";
import { InputError } from "../errors.ts";
import type { Learner } from "./learner.ts";
import { layerSchema, networkOf } from "./networks/layers.ts";
import { fitNetwork, retrainNetwork, trainingOptions } from "./networks/network.ts";
import { decades } from "./regularisation.ts";

/** The network of Carlini and Wagner 2017 for digits of 28 x 28 pixels. */
const carliniWagner: z.infer<typeof layerSchema>[] = [
  { conv: 64, kernel: 5, stride: 2 },
  { conv: 64, kernel: 3, stride: 2 },
  { conv: 64, kernel: 3, stride: 1 },
  { dense: 32 },
  { dropout: 0.5 },
];

const options = z.strictObject({
  layers: z
    .array(layerSchema)
    .min(1)
    .default(carliniWagner)
    .describe("list of {conv, kernel, stride}, {pool}, {dense} and {dropout}; a dense layer of K scores follows"),
  ...trainingOptions,
  learningRate: trainingOptions.learningRate.default(0.1),
  epochs: trainingOptions.epochs.default(30),
  batch: trainingOptions.batch.default(128),
});

/** Layers as listed, then scores; minimises the mean cross-entropy by SGD with momentum, float32. */
export const cnn: Learner<z.infer<typeof options>> = {
  name: "cnn",
  summary: "convolutional network for images, cross-entropy, SGD with momentum",
  family: "network",
  options,
  complexities: { high: { weightDecay: 0 }, low: { weightDecay: 0.001 } },
  capabilities: { differentiable: true, affine: false, sparse: false, images: true },
  reference: "Carlini and Wagner 2017, the network for MNIST; Demontis et al. 2019, section 4.2",
  estimates: { fit: ({ epochs }, { rows }) => (7e-3 / 30) * epochs * rows, gradient: 50, poisoningPoint: 5 },
  regularisation: { option: "weightDecay", choices: decades },
  async fit(data, { layers, ...training }, context) {
    const shape = imageShape(data);
    const network = networkOf(shape, layers, data.classNames.length, context.random("weights"));
    return fitNetwork(data, shape, network, { ...training, unroll: 1 }, context);
  },
  async retrain(task, chosen, context) {
    const shape = imageShape(task.data);
    const network = networkOf(shape, chosen.layers, task.data.classNames.length, context.random("weights"));
    return retrainNetwork(task, shape, network, await cnn.fit(task.data, chosen, context), chosen, context);
  },
};

/** [C, H, W] of the rows; grey images may lack the first axis. */
function imageShape({ featureShape }: Dataset): readonly number[] {
  if (featureShape.length === 3) return featureShape;
  if (featureShape.length === 2) return [1, ...featureShape];
  throw new InputError("invalid", "data for cnn", {
    expected: "images: rows of shape [channels, height, width] or [height, width]",
    got: `rows of shape [${featureShape}]`,
    remedy: "reshape the features, or choose another learner",
  });
}
