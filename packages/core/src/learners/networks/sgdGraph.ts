// The steps of stochastic gradient descent as one ONNX graph: a network, its loss, its gradient, the new weights.

import { type Limits, processorLimits } from "../../models/limits.ts";
import { addLoss } from "../../models/losses.ts";
import { GraphBuilder } from "../../onnx/builder.ts";
import { addGradients } from "../../onnx/differentiate.ts";
import type { Graph } from "../../onnx/graph.ts";
import { writtenFor } from "../../onnx/passes/writtenFor.ts";
import { simplify } from "../../onnx/simplify.ts";
import type { Tensor } from "../../tensor.ts";
import type { Mask } from "./dropout.ts";

/** A network: how it is written into a graph, and its weights by name. */
export interface Network {
  readonly weights: ReadonlyMap<string, Tensor<"float32">>;
  /**
   * Adds the layers that turn `x` [N, ...] into scores [N, K]; weights are values of the names that `weight` gives.
   *
   * While training, `drop` is called where units are dropped; it returns the value with some of them zero.
   */
  forward(
    g: GraphBuilder,
    x: string,
    weight?: (name: string) => string,
    drop?: (value: string, rate: number) => string,
  ): string;
}

/** What is written into the graph. */
export interface StepOptions {
  readonly momentum: number;
  /** lambda of lambda/2 ||w||^2, added to the gradient of every parameter, biases included. */
  readonly weightDecay: number;
  readonly batch: number;
}

export const velocity = (name: string) => `${name}:velocity`;
export const isVelocity = (name: string) => name.endsWith(velocity(""));
export const updated = (name: string) => `${name}:next`;

interface TrainingGraph {
  readonly graph: Graph;
  readonly masks: readonly Mask[];
}

/**
 * Inputs: all rows x and their labels, which rows are drawn, rate, each weight and its velocity, masks of dropped
 * units. Outputs: the mean loss of the steps, and each weight and velocity after them. With several steps, each takes
 * an equal part of the rows drawn.
 *
 * @param limits of the runtime that is to compute it
 */
export function trainingGraph(
  network: Network,
  rowShape: readonly number[],
  steps: number,
  options: StepOptions,
  { lacks, keepConvolutions }: Pick<Limits, "lacks" | "keepConvolutions"> = processorLimits,
): TrainingGraph {
  const g = new GraphBuilder();
  const drawn = steps === 1 ? "N" : steps * options.batch;
  const x = g.input("x", "float32", ["all", ...rowShape]);
  const labels = g.input("labels", "int32", ["all"]);
  const rows = g.input("rows", "int32", [drawn]);
  const rate = g.input("rate", "float32", []);
  const names = [...network.weights.keys()];
  const current = new Map<string, string>();
  for (const [name, value] of network.weights) {
    for (const each of [name, velocity(name)]) current.set(each, g.input(each, "float32", value.shape));
  }
  const masks: Mask[] = [];
  const losses: string[] = [];
  for (let step = 0; step < steps; step++) {
    const part = (value: string) =>
      steps === 1
        ? value
        : g.node("Slice", [value, g.ints([step * options.batch]), g.ints([(step + 1) * options.batch]), g.ints([0])]);
    let dropped = 0;
    const drop = (value: string, dropRate: number) => {
      const shape = g.type(value).shape.slice(1) as number[];
      const name = `mask${dropped++}`;
      if (step === 0) {
        masks.push({ name, shape, rate: dropRate });
        g.input(name, "float32", [drawn, ...shape]);
      }
      return g.node("Mul", [value, part(name)]);
    };
    const batch = part(rows);
    const scores = network.forward(g, g.node("Gather", [x, batch]), (name) => current.get(name)!, drop);
    const each = addLoss(g, "crossEntropy", { scores }, g.node("Gather", [labels, batch]));
    const loss = g.node("ReduceMean", [each], { keepdims: { int: 0 } });
    losses.push(loss);
    // The rate enters through the loss, where it multiplies one number instead of every weight.
    const gradients = addGradients(
      g,
      g.node("Mul", [loss, rate]),
      names.map((name) => current.get(name)!),
      lacks,
    );
    names.forEach((name, i) => {
      const weight = current.get(name)!;
      let next = addKept(g, gradients[i], current.get(velocity(name))!, options.momentum);
      if (options.weightDecay !== 0) {
        const decay = g.node("Mul", [rate, g.scalar(options.weightDecay, weight)]);
        next = g.node("Add", [next, g.node("Mul", [weight, decay])]);
      }
      current.set(velocity(name), next);
      current.set(name, g.node("Sub", [weight, next]));
    });
  }
  for (const [name, value] of current) g.output(value, updated(name));
  g.output(steps === 1 ? losses[0] : g.node("Mean", losses), "loss");
  return { graph: writtenFor(simplify(g.graph(), keepConvolutions), lacks), masks };
}

/** gradient + momentum velocity; where the gradient is a matrix product, that product adds it up. */
function addKept(g: GraphBuilder, gradient: string, velocity: string, momentum: number): string {
  const product = g.currentNodes.find(
    ({ op, inputs, outputs }) => op === "Gemm" && !inputs[2] && outputs[0] === gradient,
  );
  if (product)
    return g.node("Gemm", [...product.inputs, velocity], { ...product.attributes, beta: { float: momentum } });
  return g.node("Add", [gradient, g.node("Mul", [velocity, g.scalar(momentum, gradient)])]);
}
