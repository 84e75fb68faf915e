// What control flow needs to know before the graph runs.

import type { GraphBuilder } from "../builder.ts";
import type { Graph, Node } from "../graph.ts";
import { nodeError } from "../operator.ts";
import { contentOf } from "../valueType.ts";

/** The graph in an attribute. */
export function bodyOf(node: Node, name: string): Graph {
  const attribute = node.attributes[name];
  if (!attribute || !("graph" in attribute)) throw nodeError(node, `a graph in ${name}`, "none");
  return attribute.graph;
}

/** The one element of a value, where it is known before the graph runs. */
export function knownNumber(g: GraphBuilder, value: string): number | undefined {
  const [element] = contentOf(g.type(value)) ?? [];
  return typeof element === "number" ? element : undefined;
}
