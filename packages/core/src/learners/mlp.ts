// The multilayer perceptron: dense layers with ReLU between them, trained on the cross-entropy.

import { z } from "zod";
import { type Layer, networkOf } from "./layers.ts";
import type { Learner } from "./learner.ts";
import { fitNetwork, flatShape, trainingOptions } from "./network.ts";

const options = z.strictObject({
  widths: z.array(z.number().int().positive()).default([50, 50]).describe("units of each hidden layer"),
  dropout: z.number().min(0).lt(1).default(0).describe("share of hidden units dropped at each step of training"),
  ...trainingOptions,
});

/** Hidden layers relu(x W + b), then scores x W + b; minimises the mean cross-entropy by SGD with momentum, float32. */
export const mlp: Learner<z.infer<typeof options>> = {
  name: "mlp",
  summary: "multilayer perceptron, ReLU, cross-entropy, SGD with momentum",
  options,
  complexities: { high: { weightDecay: 0 }, low: { weightDecay: 0.01 } },
  capabilities: { differentiable: true, affine: false, sparse: false },
  reference: "Demontis et al. 2019, section 4.1 (two hidden layers of 50 units)",
  async fit(data, { widths, dropout, ...training }, context) {
    const layers = widths.flatMap((dense): Layer[] => [{ dense }, { dropout }]);
    const shape = flatShape(data);
    const network = networkOf(shape, layers, data.classNames.length, context.random("weights"));
    return fitNetwork(data, shape, network, { ...training, unroll: 10 }, context);
  },
};
