// Graphs inside nodes: branches of If, bodies of Loop and Scan. They use values of the graph around them by name.

import type { Attributes, Graph, Node } from "./graph.ts";

/** Every value that a node depends on: its inputs, and what graphs inside it use from outside. */
export function readsOf(node: Node): readonly string[] {
  const inner = Object.values(node.attributes).flatMap((each) => ("graph" in each ? captured(each.graph) : []));
  return inner.length === 0 ? node.inputs : [...node.inputs, ...inner];
}

/** The node with other names for the values that it depends on. */
export function renameReads(node: Node, rename: (name: string) => string): Node {
  const attributes = mapGraphs(node.attributes, (graph) => {
    const local = localsOf(graph);
    const outside = (name: string) => (name === "" || local.has(name) ? name : rename(name));
    return {
      ...graph,
      nodes: graph.nodes.map((each) => renameReads(each, outside)),
      outputs: graph.outputs.map((each) => ({ ...each, name: outside(each.name) })),
    };
  });
  return { ...node, inputs: node.inputs.map((name) => (name === "" ? "" : rename(name))), attributes };
}

/** The attributes with a function applied to the graphs among them; the same object where there are none. */
export function mapGraphs(attributes: Attributes, f: (graph: Graph) => Graph): Attributes {
  const entries = Object.entries(attributes);
  if (!entries.some(([, each]) => "graph" in each)) return attributes;
  return Object.fromEntries(
    entries.map(([name, each]) => [name, "graph" in each ? { graph: f(each.graph) } : each] as const),
  );
}

/** The names of the values that a graph makes itself. */
export function localsOf({ inputs, initializers, nodes }: Graph): ReadonlySet<string> {
  return new Set([
    ...inputs.map(({ name }) => name),
    ...initializers.keys(),
    ...nodes.flatMap(({ outputs }) => outputs),
  ]);
}

/** The values that a graph uses and does not make itself. */
function captured(graph: Graph): readonly string[] {
  const local = localsOf(graph);
  const used = [...graph.nodes.flatMap(readsOf), ...graph.outputs.map(({ name }) => name)];
  return used.filter((name) => name !== "" && !local.has(name));
}
