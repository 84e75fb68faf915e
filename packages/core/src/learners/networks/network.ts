// What networks have in common: options of training, and the way from a dataset to an ONNX model.

import { z } from "zod";
import { type Dataset, denseRows, rowCount } from "../../data/dataset.ts";
import { stratifiedSplit } from "../../data/split.ts";
import { GraphBuilder, modelOf } from "../../onnx/builder.ts";
import { gatherRows, reshape, sizeOf, type Tensor, toFloat } from "../../tensor.ts";
import type { Fit, FitContext, Retraining, RetrainTask } from "../learner.ts";
import { retrainGraph } from "../retraining/retrainGraph.ts";
import type { Examples } from "./earlyStopping.ts";
import { graphProblem } from "./graphProblem.ts";
import { trainSgd } from "./sgd.ts";
import type { Network } from "./sgdGraph.ts";

/** The options of every network, beside its layers. */
export const trainingOptions = {
  weightDecay: z.number().nonnegative().default(0).describe("lambda of lambda/2 ||w||^2, on all parameters"),
  learningRate: z.number().positive().default(0.01).describe("step size"),
  milestones: z
    .array(z.number().int().positive())
    .default([])
    .describe("epochs after which the learning rate is multiplied by factor"),
  factor: z.number().positive().max(1).default(0.1).describe("what the learning rate is multiplied by at milestones"),
  momentum: z.number().min(0).lt(1).default(0.9).describe("share of the last step that is kept"),
  epochs: z.number().int().positive().default(40).describe("passes over the data"),
  batch: z.number().int().positive().default(64).describe("rows per step"),
  patience: z
    .number()
    .int()
    .nonnegative()
    .default(0)
    .describe("epochs without a lower loss on held-out rows after which training stops; 0: never"),
  heldOut: z.number().positive().max(0.5).default(0.1).describe("share of rows held out where patience is not 0"),
};

const schema = z.strictObject(trainingOptions);

/** Trains a network on rows of the given shape by `trainSgd` and writes it as a model of input `x`. */
export async function fitNetwork(
  data: Dataset,
  rowShape: readonly number[],
  network: Network,
  { patience, heldOut, ...options }: z.infer<typeof schema> & { readonly unroll: number },
  context: FitContext,
): Promise<Fit> {
  const x = toFloat(denseRows(data), "float32");
  const all: Examples = { x: reshape(x, [rowCount(data), ...rowShape]), labels: data.labels };
  const parts = patience > 0 ? stratifiedSplit(data, [1 - heldOut, heldOut], context.random("held out")) : undefined;
  const result = await trainSgd(context.runtime, network, parts ? chosen(all, parts[0]) : all, {
    ...options,
    ...(parts && { patience, heldOut: chosen(all, parts[1]) }),
    random: (label) => context.random(label),
    onProgress: (done) => context.onProgress?.(done),
  });
  const g = new GraphBuilder();
  const input = g.input("x", "float32", ["N", ...data.featureShape]);
  const isSame = rowShape.length === data.featureShape.length;
  const rows = isSame ? input : g.node("Reshape", [input, g.ints([-1, ...rowShape])]);
  for (const [name, value] of result.weights) g.initializer(name, value);
  g.output(network.forward(g, rows), "scores");
  return {
    model: modelOf(g.graph()),
    training: { loss: result.losses[result.losses.length - 1], epochs: result.losses.length, steps: result.steps },
    state: result.weights,
  };
}

/**
 * A fitted network held open for poisoning, from the weights that SGD ended with.
 *
 * In float64, except with convolutions, which ONNX Runtime has in float32 only.
 */
export async function retrainNetwork(
  task: RetrainTask,
  rowShape: readonly number[],
  network: Network,
  { state }: Fit,
  { weightDecay }: { readonly weightDecay: number },
  { runtime }: FitContext,
): Promise<Retraining> {
  const weights = state as ReadonlyMap<string, Tensor<"float32">>;
  const start = Float64Array.from(Array.from(weights.values(), ({ data }) => Array.from(data)).flat());
  const type = rowShape.length > 1 ? "float32" : "float64";
  const problem = await graphProblem(network, rowShape, type, () => true, runtime);
  return retrainGraph({ task, problem, start, rowShape, weight: (n) => 1 / n, decay: weightDecay });
}

function chosen({ x, labels }: Examples, rows: Int32Array): Examples {
  return { x: gatherRows(x, rows), labels: rows.map((row) => labels[row]) };
}

/** [D]: rows as vectors. */
export function flatShape(data: Dataset): readonly number[] {
  return [sizeOf(data.featureShape)];
}
