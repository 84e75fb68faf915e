// Runs graphs in ONNX Runtime, one thread, through the bytes of a file: what the reference is compared with.

import * as ort from "onnxruntime-node";
import { modelOf } from "../src/onnx/builder.ts";
import type { Graph, OnnxModel } from "../src/onnx/graph.ts";
import { writeModel } from "../src/onnx/proto.ts";
import { type ElementArrays, type ElementType, type Tensor, tensor } from "../src/tensor.ts";
import type { Value } from "./reference/value.ts";

/** Values of tensors by name. */
type Feeds = Readonly<Record<string, Value>>;

/** The outputs that the runtime computes for a graph, by name. */
export async function run(graph: Graph, feeds: Feeds, options: { readonly optimize?: boolean } = {}): Promise<Feeds> {
  return runModel(modelOf(graph), feeds, options);
}

/** The outputs that the runtime computes for a model, by name. */
export async function runModel(
  model: OnnxModel,
  feeds: Feeds,
  options: { readonly optimize?: boolean } = {},
): Promise<Feeds> {
  return withSession(model, (ask) => ask(feeds), options);
}

/** What is done with a model that the runtime has compiled once, and that answers any number of feeds. */
export async function withSession<T>(
  model: OnnxModel,
  use: (ask: (feeds: Feeds) => Promise<Feeds>) => Promise<T>,
  { optimize = true }: { readonly optimize?: boolean } = {},
): Promise<T> {
  const session = await ort.InferenceSession.create(writeModel(model), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    graphOptimizationLevel: optimize ? "all" : "disabled",
  });
  try {
    return await use(async (feeds) => {
      const named = model.graph.inputs.map(({ name }) => [name, feed(feeds[name])] as const);
      const results = await session.run(Object.fromEntries(named));
      return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, fetched(result as ort.Tensor)]));
    });
  } finally {
    await session.release();
  }
}

function feed(value: Value): ort.Tensor {
  const { type, shape, data } = tensor(value.type, value.shape, value.data) as Tensor;
  return new ort.Tensor(type as "float32", data as Float32Array, shape);
}

function fetched({ type, dims, data }: ort.Tensor): Value {
  return { type: type as ElementType, shape: dims, data: Array.from(data as ElementArrays["float64"], Number) };
}
