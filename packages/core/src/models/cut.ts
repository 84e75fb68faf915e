// A model in two: what leads to a value inside it, and what follows from it. So an attack can begin at an embedding.

import { InputError, unknownName } from "../errors.ts";
import { GraphBuilder } from "../onnx/builder.ts";
import { isStatic } from "../onnx/dim.ts";
import { elementTypeNumber } from "../onnx/elementType.ts";
import { type Graph, type Node, type OnnxModel, plainNode, type ValueInfo } from "../onnx/graph.ts";
import { prune } from "../onnx/prune.ts";
import { readsOf } from "../onnx/subgraph.ts";
import { upgrade } from "../onnx/upgrade.ts";
import { sizeOf, tensor } from "../tensor.ts";
import { attacking } from "./inputs.ts";

/** The two halves of a file. */
export interface Halves {
  /**
   * From the inputs to one output of real numbers [N, D]: the value, and after it what else the second half needs.
   * Undefined where the value is an input itself.
   */
  readonly front: OnnxModel | undefined;
  /** From the value, and whatever inputs are needed beside it, to the outputs of the file. */
  readonly back: OnnxModel;
}

/**
 * Cuts a file at a value between its nodes, [N, ...] of real numbers, or at one of its inputs: attacks leave the others
 * as they are.
 *
 * @throws InputError for a value that the file does not have, that is no row of real numbers per sample, or on which no
 * output depends
 */
export function cutAt(file: OnnxModel, value: string): Halves {
  const { graph } = file;
  if (graph.inputs.some(({ name }) => name === value)) return { front: undefined, back: attacking(file, value) };
  const made = graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== "");
  if (!made.includes(value)) unknownName("value of the model", value, made);
  const cut = valueNamed(file, value);
  const rest = prune({
    ...graph,
    inputs: [...graph.inputs, cut],
    nodes: graph.nodes.flatMap((node) => withoutOutput(node, value)),
  });
  const used = new Set(rest.nodes.flatMap((node) => readsOf(node)));
  if (!used.has(value)) throw refused(`a value that the scores depend on`, `"${value}", on which no output depends`);
  const beside = graph.inputs.filter(({ name }) => used.has(name));
  const back = attacking({ ...file, graph: { ...rest, inputs: [cut, ...beside] } }, value);
  return { front: { ...file, graph: frontOf(graph, [cut, ...beside]) }, back };
}

/** The node under which the value has another name, where another of its outputs may still be wanted. */
function withoutOutput(node: Node, value: string): Node[] {
  const outputs = node.outputs.map((name) => (name === value ? "" : name));
  return outputs.every((name) => name === "") ? [] : [{ ...node, outputs }];
}

/** Type and shape of a value, as they follow from the graph. */
function valueNamed(file: OnnxModel, value: string): ValueInfo {
  const { type, shape } = GraphBuilder.from(upgrade(file).graph).type(value);
  const isRows = shape.length >= 2 && shape[0] === file.graph.inputs[0].shape?.[0] && isStatic(shape.slice(1));
  if (!type.startsWith("float") || !isRows) {
    throw refused("a value of real numbers, [N, ...] of known sizes", `"${value}" ${type} [${shape.join(", ")}]`);
  }
  return { name: value, type, shape };
}

/** The graph of the values side by side, one row per sample. */
function frontOf(graph: Graph, values: readonly ValueInfo[]): Graph {
  const initializers = new Map(graph.initializers);
  const nodes = [...graph.nodes];
  const flat = values.map(({ name, shape }, i) => {
    const width = `carom:width:${i}`;
    initializers.set(width, tensor("int64", [2], [-1, sizeOf(shape!.slice(1) as number[])]));
    const [shaped, real] = [`carom:flat:${i}`, `carom:real:${i}`];
    nodes.push(plainNode("Reshape", [name, width], shaped));
    nodes.push(plainNode("Cast", [shaped], real, { to: { int: elementTypeNumber("float32") } }));
    return real;
  });
  const output = "carom:scores";
  nodes.push(plainNode("Concat", flat, output, { axis: { int: 1 } }));
  return prune({ ...graph, nodes, initializers, outputs: [{ name: output, type: "float32" }] });
}

function refused(expected: string, got: string): InputError {
  return new InputError("invalid", "option --attack-at", {
    expected,
    got,
    remedy: "name an output of a node, such as that of the embedding",
  });
}
