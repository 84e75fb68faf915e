// Removes what the outputs do not need.

import type { Graph } from "./graph.ts";
import { readsOf } from "./subgraph.ts";

/** The graph without nodes and initializers that no output depends on. Inputs stay, used or not. */
export function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const nodes = graph.nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => needed.has(name))) return false;
    for (const input of readsOf(node)) needed.add(input);
    return true;
  });
  const initializers = new Map([...graph.initializers].filter(([name]) => needed.has(name)));
  return { ...graph, nodes: nodes.reverse(), initializers };
}
