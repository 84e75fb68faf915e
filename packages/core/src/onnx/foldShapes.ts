// Shape arithmetic whose results are known numbers need not run.

import { type Tensor, tensor } from "../tensor.ts";
import type { GraphBuilder } from "./builder.ts";
import { isStatic } from "./dim.ts";
import type { Graph, Node } from "./graph.ts";
import { prune } from "./prune.ts";

/**
 * The same graph with constants in place of integers and truth values that follow from the shapes, and without the nodes
 * that nothing needs then.
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
  return prune({ ...graph, initializers, nodes });
}

/** The result of a node with one, where all its elements are known. */
function knownResult(g: GraphBuilder, node: Node): Tensor | undefined {
  if (node.outputs.length !== 1 || !node.outputs[0]) return undefined;
  const { type, shape, content } = g.type(node.outputs[0]);
  if (type.startsWith("float") || !content || !isStatic(content) || !isStatic(shape)) return undefined;
  if (!content.every(Number.isSafeInteger)) return undefined;
  return tensor(type as "int64", shape, content);
}
