// The multilayer perceptron: dense layers with ReLU between them, trained on the cross-entropy.

import { z } from "zod";
import { denseRows, featureCount } from "../data/dataset.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import type { Stream } from "../random.ts";
import { type Tensor, tensor, toFloat } from "../tensor.ts";
import { flatInput } from "./input.ts";
import type { Learner } from "./learner.ts";
import { type Network, trainSgd } from "./sgd.ts";

const options = z.strictObject({
  widths: z.array(z.number().int().positive()).default([50, 50]).describe("units of each hidden layer"),
  weightDecay: z.number().nonnegative().default(0).describe("lambda of lambda/2 ||w||^2, on all parameters"),
  learningRate: z.number().positive().default(0.01).describe("step size"),
  momentum: z.number().min(0).lt(1).default(0.9).describe("share of the last step that is kept"),
  epochs: z.number().int().positive().default(40).describe("passes over the data"),
  batch: z.number().int().positive().default(64).describe("rows per step"),
});

/** Hidden layers relu(x W + b), then scores x W + b; minimises the mean cross-entropy by SGD with momentum, float32. */
export const mlp: Learner<z.infer<typeof options>> = {
  name: "mlp",
  summary: "multilayer perceptron, ReLU, cross-entropy, SGD with momentum",
  options,
  complexities: { high: { weightDecay: 0 }, low: { weightDecay: 0.01 } },
  capabilities: { differentiable: true, affine: false, sparse: false },
  reference: "Demontis et al. 2019, section 4.1 (two hidden layers of 50 units)",
  async fit(data, { widths, ...training }, context) {
    const network = perceptron([featureCount(data), ...widths, data.classNames.length], context.random("weights"));
    const rows = toFloat(denseRows(data), "float32");
    const x = { ...rows, shape: [rows.shape[0], featureCount(data)] };
    const result = await trainSgd(context.runtime, network, x, data.labels, {
      ...training,
      random: context.random("batches"),
      onProgress: (done) => context.onProgress?.(done),
    });
    const g = new GraphBuilder();
    const input = flatInput(g, data);
    for (const [name, value] of result.weights) g.initializer(name, value);
    g.output(network.forward(g, input), "scores");
    return { model: modelOf(g.graph()), training: { loss: result.loss, steps: result.steps } };
  },
};

/** Dense layers between the given widths. Weights and biases start uniform on +-1/sqrt(inputs of the layer). */
function perceptron(widths: readonly number[], random: Stream): Network {
  const weights = new Map<string, Tensor<"float32">>();
  for (let layer = 1; layer < widths.length; layer++) {
    const [inputs, units] = [widths[layer - 1], widths[layer]];
    const draw = (length: number) =>
      Float32Array.from({ length }, () => (2 * random.uniform() - 1) / Math.sqrt(inputs));
    weights.set(`weights${layer}`, tensor("float32", [inputs, units], draw(inputs * units)));
    weights.set(`bias${layer}`, tensor("float32", [units], draw(units)));
  }
  return {
    weights,
    forward(g, x) {
      let value = x;
      for (let layer = 1; layer < widths.length; layer++) {
        value = g.node("Gemm", [value, `weights${layer}`, `bias${layer}`]);
        if (layer < widths.length - 1) value = g.node("Relu", [value]);
      }
      return value;
    },
  };
}
