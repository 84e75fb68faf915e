// Text has no gradient and is no score: what is computed from tensors of strings, such as names of classes, is left
// out.

import type { Graph, Node } from "./graph.ts";
import { readsOf } from "./subgraph.ts";

/** The graph without the nodes and outputs that depend on the named values. */
export function without(graph: Graph, values: Iterable<string>): Graph {
  const dropped = new Set(values);
  const consumers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const input of readsOf(node)) {
      const known = consumers.get(input);
      if (known) known.push(node);
      else consumers.set(input, [node]);
    }
  }
  const waiting = [...dropped];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    for (const node of consumers.get(value) ?? []) {
      for (const output of node.outputs) {
        if (dropped.has(output)) continue;
        dropped.add(output);
        waiting.push(output);
      }
    }
  }
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => !readsOf(node).some((input) => dropped.has(input))),
    outputs: graph.outputs.filter(({ name }) => !dropped.has(name)),
  };
}
