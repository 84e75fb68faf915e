// The graph of a model's scores with the gradient of a loss by its input beside them.

import { InputError } from "../errors.ts";
import { GraphBuilder } from "../onnx/builder.ts";
import { differentiate } from "../onnx/differentiate.ts";
import type { Graph } from "../onnx/graph.ts";
import type { Lack } from "../onnx/lacks.ts";
import { MAX_GRADIENT_NODES } from "../onnx/limits.ts";
import { addLogitMargin } from "./logitMargin.ts";
import { addLoss, type LossName, lossInputs } from "./losses.ts";
import type { Model } from "./model.ts";

/** Names of what is added to the model's graph; unlikely to be in it. */
export const LABEL = "carom:label";
export const LOSS = "loss";

/** The model's graph with the gradient of a loss by its input beside the scores. */
export function gradientGraph(
  model: Model,
  loss: LossName,
  input: string,
  output: string,
  lacks?: ReadonlySet<Lack>,
): Graph {
  const g = GraphBuilder.from(model.onnx!.graph);
  const label = g.input(LABEL, "int32", [g.type(input).shape[0]]);
  const of = lossInputs(g, output, model.probabilities);
  const written = loss === "logitMargin" ? addLogitMargin(g, of.scores, label) : { loss: addLoss(g, loss, of, label) };
  g.output(written.loss, LOSS);
  const held = "held" in written ? [written.held] : [];
  const common = { of: LOSS, by: input, keep: [output], held };
  return differentiate(g.graph([output, LOSS]), { ...common, ...(lacks && { lacks }) });
}

/** The same for margins, or why there is none. */
export function marginGradient(
  model: Model,
  input: string,
  output: string,
  lacks?: ReadonlySet<Lack>,
): Graph | InputError {
  try {
    const graph = gradientGraph(model, "margin", input, output, lacks);
    const { length } = graph.nodes;
    if (length <= MAX_GRADIENT_NODES) return graph;
    throw new InputError("unsupported", "gradient of the model", {
      expected: `a graph of at most ${MAX_GRADIENT_NODES} nodes`,
      got: `one of ${length}, which ONNX Runtime would take too long to prepare`,
      remedy: "attack a surrogate in its place",
    });
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}
