// The multilayer perceptron: dense layers with ReLU between them, trained on the cross-entropy.

import { z } from "zod";
import { type Dataset, rowCount } from "../data/dataset.ts";
import type { FitContext, Learner } from "./learner.ts";
import { type Layer, networkOf } from "./networks/layers.ts";
import { fitNetwork, flatShape, retrainNetwork, trainingOptions } from "./networks/network.ts";
import type { Network } from "./networks/sgdGraph.ts";
import { decades } from "./regularisation.ts";

const options = z.strictObject({
  widths: z.array(z.number().int().positive()).default([50, 50]).describe("units of each hidden layer"),
  dropout: z.number().min(0).lt(1).default(0).describe("share of hidden units dropped at each step of training"),
  ...trainingOptions,
});

/** Hidden layers relu(x W + b), then scores x W + b; minimises the mean cross-entropy by SGD with momentum, float32. */
export const mlp: Learner<z.infer<typeof options>> = {
  name: "mlp",
  summary: "multilayer perceptron, ReLU, cross-entropy, SGD with momentum",
  family: "network",
  options,
  complexities: { high: { weightDecay: 0 }, low: { weightDecay: 0.01 } },
  capabilities: { differentiable: true, affine: false, sparse: false },
  reference: "Demontis et al. 2019, section 4.1 (two hidden layers of 50 units)",
  estimates: { fit: ({ epochs }, { rows }) => 1e-5 * epochs * rows, gradient: 8, poisoningPoint: 5 },
  regularisation: { option: "weightDecay", choices: decades },
  async fit(data, chosen, context) {
    const { widths: _, dropout: __, ...training } = chosen;
    const shape = flatShape(data);
    const network = networkFor(data, chosen, context);
    const steps = training.epochs * Math.floor(rowCount(data) / training.batch);
    return fitNetwork(data, shape, network, { ...training, unroll: unrollOf(network, steps) }, context);
  },
  async retrain(task, chosen, context) {
    const fitted = await mlp.fit(task.data, chosen, context);
    return retrainNetwork(task, flatShape(task.data), networkFor(task.data, chosen, context), fitted, chosen, context);
  },
};

function networkFor(data: Dataset, { widths, dropout }: z.infer<typeof options>, context: FitContext) {
  const layers = widths.flatMap((dense): Layer[] => [{ dense }, { dropout }]);
  return networkOf(flatShape(data), layers, data.classNames.length, context.random("weights"));
}

/**
 * How many steps one run of the graph should take.
 *
 * Measured: each step unrolled takes 6 ms to compile, and each run .2 ms and 5 ns per parameter to hand the weights
 * over. The sum is least where both are equal.
 */
function unrollOf({ weights }: Network, steps: number): number {
  const parameters = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  return Math.min(MOST_UNROLLED, Math.max(1, Math.round(Math.sqrt((steps * (0.2 + 5e-6 * parameters)) / 6))));
}

/** Larger graphs were not tried. */
const MOST_UNROLLED = 20;
