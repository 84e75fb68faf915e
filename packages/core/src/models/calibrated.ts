// A model at an operating point: one class is reported only where its score is far enough above the others.

import { InputError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { type Model, modelFromGraph } from "./model.ts";

/**
 * The model whose score of the class `positive` is lower by `threshold`: its largest score is that of `positive`
 * exactly where that score exceeds the best other one by more than the threshold. Gradients of margins stay as they
 * are. What were probabilities are plain scores then.
 *
 * @throws InputError for a model whose graph cannot be read.
 */
export function calibratedModel(model: Model, positive: number, threshold: number): Model {
  if (!model.onnx) {
    throw new InputError("unsupported", "model at an operating point", {
      expected: "a model whose graph can be read",
      got: model.unreadable ?? "another",
      remedy: "judge it by its largest score",
    });
  }
  const { graph } = model.onnx;
  // Written as plain nodes: a builder knows no trees, and these have operating points too.
  const [{ name, type = "float32", shape }] = graph.outputs;
  const shift = new Array<number>(shape![1] as number).fill(0);
  shift[positive] = threshold;
  const bias = type === "float64" ? Float64Array.from(shift) : Float32Array.from(shift);
  const initializers = new Map(graph.initializers);
  initializers.set(`${name}:threshold`, { type, shape: [1, shift.length], data: bias } as Tensor);
  const node = {
    op: "Sub",
    domain: "",
    name: "operating point",
    inputs: [name, `${name}:threshold`],
    outputs: [`${name}:calibrated`],
    attributes: {},
  };
  const { scores_output: _, ...rest } = model.metadata;
  return modelFromGraph({
    ...model.onnx,
    graph: {
      ...graph,
      initializers,
      nodes: [...graph.nodes, node],
      outputs: [{ name: node.outputs[0], type, shape: shape! }],
    },
    metadata: { ...rest, scores: "logits" },
  });
}
