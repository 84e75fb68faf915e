// Stochastic gradient descent as an ONNX graph: one run of the graph is one step of training.

import { InputError } from "../errors.ts";
import { addLoss } from "../models/losses.ts";
import type { Runtime } from "../models/runtime.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { addGradients } from "../onnx/differentiate.ts";
import { writeModel } from "../onnx/proto.ts";
import { prune } from "../onnx/prune.ts";
import { permutation, type Stream } from "../random.ts";
import { type FloatType, gatherRows, type Tensor, zeros } from "../tensor.ts";

/** A network: how it is written into a graph, and its weights by name. */
export interface Network {
  readonly weights: ReadonlyMap<string, Tensor<"float32">>;
  /** Adds the layers that turn `x` [N, ...] into scores [N, K]; weights are values of their names. */
  forward(g: GraphBuilder, x: string): string;
}

export interface SgdOptions {
  readonly learningRate: number;
  readonly momentum: number;
  /** lambda of lambda/2 ||w||^2, added to the gradient of every parameter, biases included. */
  readonly weightDecay: number;
  readonly epochs: number;
  readonly batch: number;
  readonly random: Stream;
  onProgress?(done: number): void;
}

export interface SgdResult {
  readonly weights: ReadonlyMap<string, Tensor<"float32">>;
  /** Mean cross-entropy over the last epoch's batches. */
  readonly loss: number;
  readonly steps: number;
}

/**
 * Minimises the mean cross-entropy by v <- momentum v + gradient + weightDecay w; w <- w - learningRate v.
 *
 * The order of rows is drawn anew for each epoch; the last batch of an epoch may be smaller.
 *
 * @throws InputError where the loss is no longer a number.
 */
export async function trainSgd(
  runtime: Runtime,
  network: Network,
  x: Tensor<FloatType>,
  labels: Int32Array,
  options: SgdOptions,
): Promise<SgdResult> {
  const session = await runtime.compile(writeModel(modelOf(trainingStep(network, x.shape.slice(1), options))));
  const names = [...network.weights.keys()];
  let state: Record<string, Tensor> = {};
  for (const [name, value] of network.weights) {
    state[name] = value;
    state[velocity(name)] = zeros("float32", value.shape);
  }
  const n = x.shape[0];
  let loss = Number.NaN;
  let steps = 0;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    const order = permutation(options.random, n);
    let total = 0;
    for (let from = 0; from < n; from += options.batch) {
      const rows = order.subarray(from, Math.min(n, from + options.batch));
      const label: Tensor = { type: "int32", shape: [rows.length], data: Int32Array.from(rows, (i) => labels[i]) };
      const results = await session.run({ ...state, x: gatherRows(x, rows), label });
      const mean = Number(results.loss.data[0]);
      if (!Number.isFinite(mean)) throw diverged(options, epoch);
      total += mean * rows.length;
      state = Object.fromEntries(Object.keys(state).map((name) => [name, results[updated(name)]]));
      steps++;
    }
    loss = total / n;
    options.onProgress?.((epoch + 1) / options.epochs);
  }
  await session.release();
  return { weights: new Map(names.map((name) => [name, state[name] as Tensor<"float32">])), loss, steps };
}

const velocity = (name: string) => `${name}:velocity`;
const updated = (name: string) => `${name}:next`;

/** Inputs: x, label, each weight and its velocity. Outputs: loss, each weight and velocity after the step. */
function trainingStep(network: Network, rowShape: readonly number[], options: SgdOptions) {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", ...rowShape]);
  const label = g.input("label", "int32", ["N"]);
  for (const [name, value] of network.weights) {
    g.input(name, "float32", value.shape);
    g.input(velocity(name), "float32", value.shape);
  }
  const losses = addLoss(g, "crossEntropy", network.forward(g, x), label, false);
  const loss = g.node("ReduceMean", [losses], { keepdims: { int: 0 } });
  g.output(loss, "loss");
  const names = [...network.weights.keys()];
  const gradients = addGradients(g, loss, names);
  names.forEach((name, i) => {
    const decay = g.node("Mul", [name, g.scalar(options.weightDecay, name)]);
    const gradient = options.weightDecay === 0 ? gradients[i] : g.node("Add", [gradients[i], decay]);
    const kept = g.node("Mul", [velocity(name), g.scalar(options.momentum, name)]);
    const next = g.node("Add", [kept, gradient]);
    g.output(next, updated(velocity(name)));
    g.output(g.node("Sub", [name, g.node("Mul", [next, g.scalar(options.learningRate, name)])]), updated(name));
  });
  return prune(g.graph());
}

function diverged({ learningRate }: SgdOptions, epoch: number): InputError {
  return new InputError("invalid", "training of the network", {
    expected: "a finite loss",
    got: `a loss that is not a number in epoch ${epoch + 1}`,
    remedy: `choose a learning rate below ${learningRate}, or scale the features to [0, 1]`,
  });
}
