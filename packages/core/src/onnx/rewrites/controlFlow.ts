// What control flow needs to know before the graph runs.

import { InputError } from "../../errors.ts";
import type { GraphBuilder } from "../builder.ts";
import type { Graph, Node } from "../graph.ts";
import { contentOf, describeNode, nodeError } from "../operator.ts";

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

/** A loop whose length or end depends on the input. */
export function unknownLoop(node: Node, expected: string): InputError {
  return new InputError("unsupported", `loop at node ${describeNode(node)}`, {
    expected,
    got: "one that is computed while the graph runs",
    remedy: "the model can be judged by its scores, but not attacked by its gradients",
  });
}
