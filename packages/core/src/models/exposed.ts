// A stranger's file with its scores as one output [N, K]: without dictionaries, with a score for each of two classes.

import { type Graph, type Node, type OnnxModel, plainNode } from "../onnx/graph.ts";
import { prune } from "../onnx/prune.ts";
import { tensor } from "../tensor.ts";
import type { Reading } from "./reading.ts";

/** The opset for nodes that are added to a file without standard operators. */
const OPSET = 18;

/** Whether the file itself has the scores as an output [N, K], in the order of the labels. */
export function isExposed({ graph }: OnnxModel, { scores, isSingle, isReversed }: Reading): boolean {
  return !isSingle && !isReversed && graph.outputs.some(({ name }) => name === scores);
}

/** The graph of the scores alone; labels and dictionaries, and what only they need, are left out. */
export function scoresOnly(graph: Graph, { scores }: Reading): Graph {
  const declared = graph.outputs.find(({ name }) => name === scores) ?? { name: scores };
  return prune({ ...graph, outputs: [declared] });
}

/**
 * The model with scores [N, K] as its only output.
 *
 * Columns in the reverse order of the labels are put in theirs. A probability p of the second class becomes [1 - p, p], another score s becomes [0, s], whose softmax is the logistic
 * function of s. What is known of the scores is written into the metadata.
 */
export function exposeScores(model: OnnxModel, reading: Reading): OnnxModel {
  const { scores, isSingle, isReversed, probabilities, classNames } = reading;
  const alone = scoresOnly(model.graph, reading);
  const rows = alone.inputs[0]?.shape?.[0] ?? "N";
  const classes = isSingle ? 2 : reading.classes;
  const output = isSingle || isReversed ? `${scores}:both` : scores;
  const declared = { name: output, type: "float32" as const, ...(classes && { shape: [rows, classes] }) };
  const initializers = new Map(alone.initializers);
  const nodes = [...alone.nodes];
  if (isSingle) {
    initializers.set(`${scores}:constant`, tensor("float32", [], [probabilities ? 1 : 0]));
    nodes.push(...second(scores, output, probabilities));
  } else if (isReversed) {
    initializers.set(`${scores}:order`, tensor("int64", [2], [1, 0]));
    nodes.push(plainNode("Gather", [scores, `${scores}:order`], output, { axis: { int: 1 } }));
  }
  return {
    ...model,
    graph: { ...alone, nodes, initializers, outputs: [declared] },
    opsets: { "": OPSET, ...model.opsets },
    metadata: {
      ...model.metadata,
      scores: probabilities ? "probabilities" : "logits",
      ...(classNames && { classes: JSON.stringify(classNames) }),
    },
  };
}

/** Nodes that put the first class's score beside that of the second. */
function second(score: string, output: string, probabilities: boolean): Node[] {
  const first = `${score}:first`;
  return [
    plainNode(probabilities ? "Sub" : "Mul", [`${score}:constant`, score], first),
    plainNode("Concat", [first, score], output, { axis: { int: 1 } }),
  ];
}
