// Several models as one: the mean of their scores, in a single graph that can be differentiated.

import { InputError } from "../errors.ts";
import { appendGraph } from "../onnx/append.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { isStatic } from "../onnx/dim.ts";
import type { Graph } from "../onnx/graph.ts";
import { sizeOf } from "../tensor.ts";
import { type Model, modelFromGraph } from "./model.ts";

/**
 * The model whose scores are the mean of the scores of several, each of which sees the same row in its own shape.
 *
 * @throws InputError for a model whose graph cannot be read, and for models that differ in classes, in the size of a
 * row, or in whether their scores are probabilities.
 */
export function averagedModel(models: readonly Model[]): Model {
  const graphs = models.map(readable);
  const [first] = graphs.map(endsOf);
  const g = new GraphBuilder();
  // Files that fix their batch fix that of the whole.
  const fixed = new Set(
    graphs.map((graph) => endsOf(graph).input.shape![0]).filter((rows) => typeof rows === "number"),
  );
  if (fixed.size > 1) throw differ("batches of one size", [...fixed].join(" and "));
  const [rows = "N"] = fixed;
  const x = g.input("x", first.input.type!, [rows, ...first.row]);
  const scores = graphs.map((graph, i) => {
    const { input, row, output } = endsOf(graph);
    if (sizeOf(row) !== sizeOf(first.row)) throw differ("rows of one size", `${sizeOf(first.row)} and ${sizeOf(row)}`);
    if (models[i].probabilities !== models[0].probabilities) {
      throw differ("scores of one kind", "probabilities and other scores");
    }
    const shaped = `${row}` === `${first.row}` ? x : g.node("Reshape", [x, g.ints([-1, ...row])]);
    const own = input.type === first.input.type ? shaped : g.node("CastLike", [shaped, g.scalar(0, x)]);
    return appendGraph(g, graph, { [input.name]: own }, `${i}:`)(output.name);
  });
  const classes = scores.map((name) => String(g.type(name).shape[1]));
  if (new Set(classes).size > 1) throw differ("scores of the same classes", `${classes.join(" and ")} classes`);
  const sum = scores.reduce((a, b) => g.node("Add", [a, b]));
  g.output(g.node("Div", [sum, g.scalar(models.length, sum)]), "scores");
  const { scores_output: _, ...metadata } = models[0].metadata;
  return modelFromGraph(
    modelOf(g.graph(), { ...metadata, scores: models[0].probabilities ? "probabilities" : "logits" }),
  );
}

function endsOf(graph: Graph) {
  const input = graph.inputs.find(({ name }) => !graph.initializers.has(name));
  const row = input?.shape?.slice(1);
  if (!input?.type || !row || !isStatic(row)) throw differ("an input of known type and row shape", "another");
  const named = graph.outputs.find(({ name }) => /score|logit|prob/i.test(name));
  return { input, row, output: named ?? graph.outputs[0] };
}

function readable({ onnx, unreadable }: Model): Graph {
  if (onnx) return onnx.graph;
  throw new InputError("unsupported", "model of an ensemble", {
    expected: "a graph that can be read",
    got: `one that cannot (${unreadable})`,
    remedy: "raise the mean of the models' margins instead, or leave the model out",
  });
}

function differ(expected: string, got: string): InputError {
  return new InputError("invalid", "models of an ensemble", { expected, got, remedy: "average models of one kind" });
}
