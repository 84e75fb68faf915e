// A graph copied into another that is under construction.

import type { GraphBuilder } from "./builder.ts";
import type { Graph } from "./graph.ts";

/**
 * Adds the nodes and initializers of a graph under names of their own, and returns the name that each value has there.
 *
 * @param given for each input of the graph the existing value it stands for; initializers may be given, too, and are
 * then shared instead of copied
 * @param prefix put before the names of everything else
 */
export function appendGraph(
  g: GraphBuilder,
  graph: Graph,
  given: Readonly<Record<string, string>>,
  prefix: string,
): (name: string) => string {
  const renamed = (name: string) => (name === "" ? "" : Object.hasOwn(given, name) ? given[name] : prefix + name);
  for (const [name, value] of graph.initializers) {
    if (!Object.hasOwn(given, name)) g.initializer(prefix + name, value);
  }
  for (const node of graph.nodes) {
    g.push({
      ...node,
      name: prefix + node.name,
      inputs: node.inputs.map(renamed),
      outputs: node.outputs.map((name) => (name === "" ? "" : prefix + name)),
    });
  }
  return renamed;
}
