// Graphs inside nodes: branches of If, bodies of Loop and Scan. They use values of the graph around them by name.

import type { Attributes, Graph, Node, ValueInfo } from "./graph.ts";

/** Every value that a node depends on: its inputs, and what graphs inside it use from outside. */
export function readsOf(node: Node): readonly string[] {
  const inner = Object.values(node.attributes).flatMap((each) => ("graph" in each ? captured(each.graph) : []));
  return inner.length === 0 ? node.inputs : [...node.inputs, ...inner];
}

/**
 * The node with other names for the values that it depends on.
 *
 * @param prefix put before the names of what graphs inside it make themselves, so that none hides a new name
 */
export function renameReads(node: Node, rename: (name: string) => string, prefix = ""): Node {
  const attributes = mapGraphs(node.attributes, (graph) => {
    const local = localsOf(graph);
    const own = (name: string) => name && prefix + name;
    const renamed = (name: string) => (local.has(name) ? own(name) : rename(name));
    const value = (each: ValueInfo) => ({ ...each, name: renamed(each.name) });
    return {
      ...graph,
      inputs: graph.inputs.map(value),
      outputs: graph.outputs.map(value),
      initializers: new Map([...graph.initializers].map(([name, tensor]) => [own(name), tensor])),
      nodes: graph.nodes.map((each) => ({
        ...renameReads(each, renamed, prefix),
        outputs: each.outputs.map(own),
      })),
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

/** Nodes and those of the graphs inside them. */
export function withInner(nodes: readonly Node[]): readonly Node[] {
  return nodes.flatMap((node) => [
    node,
    ...Object.values(node.attributes).flatMap((each) => ("graph" in each ? withInner(each.graph.nodes) : [])),
  ]);
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
