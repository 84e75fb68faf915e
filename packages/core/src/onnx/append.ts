// A graph copied into another that is under construction.

import type { Tensor } from "../tensor.ts";
import type { Graph, Node } from "./graph.ts";
import { localsOf, renameReads } from "./subgraph.ts";

/** What receives the parts of a graph. */
interface Receiver {
  initializer(name: string, value: Tensor): void;
  push(node: Node): void;
}

/**
 * Adds the nodes and initializers of a graph under names of their own, and returns the name that each value has there.
 *
 * What the graph uses and does not make itself, being one inside a node, keeps its name.
 *
 * @param given for each input of the graph the existing value it stands for; initializers may be given, too, and are
 * then shared instead of copied
 * @param prefix put before the names of everything else
 */
export function appendGraph(
  g: Receiver,
  graph: Graph,
  given: Readonly<Record<string, string>>,
  prefix: string,
): (name: string) => string {
  const local = localsOf(graph);
  const renamed = (name: string) => {
    if (Object.hasOwn(given, name)) return given[name];
    return name !== "" && local.has(name) ? prefix + name : name;
  };
  for (const [name, value] of graph.initializers) {
    if (!Object.hasOwn(given, name)) g.initializer(prefix + name, value);
  }
  for (const node of graph.nodes) {
    g.push({
      ...renameReads(node, renamed, prefix),
      name: node.name && prefix + node.name,
      outputs: node.outputs.map((name) => (name === "" ? "" : prefix + name)),
    });
  }
  return renamed;
}
