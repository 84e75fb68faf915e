// Shape arithmetic whose results are known numbers need not run.

import { type Tensor, tensor } from "../tensor.ts";
import type { GraphBuilder } from "./builder.ts";
import { isStatic } from "./dim.ts";
import type { Graph, Node } from "./graph.ts";
import { prune } from "./prune.ts";

/**
 * The same graph with constants in place of integers and truth values that follow from the shapes, also where Reshape
 * can tell the one size that does not, and without the nodes that nothing needs then.
 *
 * Real numbers stay computed: a gradient may be asked for by what they are computed from.
 */
export function foldShapes(g: GraphBuilder, graph: Graph): Graph {
  const initializers = new Map(graph.initializers);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const nodes = graph.nodes.filter((node) => {
    const value = outputs.has(node.outputs[0]) ? undefined : knownResult(g, node);
    if (value) initializers.set(node.outputs[0], value);
    return !value;
  });
  const settled = nodes.map((node) => {
    const target = initializers.has(node.inputs[1]) ? undefined : openTarget(g, node);
    if (!target) return node;
    const name = g.ints(target);
    initializers.set(name, g.type(name).constant!);
    return { ...node, inputs: [node.inputs[0], name] };
  });
  return prune({ ...graph, initializers, nodes: settled });
}

/**
 * The target of a Reshape of which one size alone is not known, as -1.
 *
 * Not for speed alone: ONNX Runtime 1.30 fails on two Reshapes in a row of which the first computes its target.
 */
function openTarget(g: GraphBuilder, { op, inputs }: Node): readonly number[] | undefined {
  if (op !== "Reshape") return undefined;
  const { content } = g.type(inputs[1]);
  const target = content?.map((size) => (typeof size === "number" ? size : -1));
  return target?.every((size) => size !== 0) && target.filter((size) => size < 0).length === 1 ? target : undefined;
}

/** The result of a node with one, where all its elements are known. */
function knownResult(g: GraphBuilder, node: Node): Tensor | undefined {
  if (node.outputs.length !== 1 || !node.outputs[0]) return undefined;
  const { type, shape, content } = g.type(node.outputs[0]);
  if (type.startsWith("float") || !content || !isStatic(content) || !isStatic(shape)) return undefined;
  if (!content.every(Number.isSafeInteger)) return undefined;
  return tensor(type as "int64", shape, content);
}
