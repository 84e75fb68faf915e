// How an operator is written out in those of the opset in which graphs are built, and what it has at hand.

import type { GraphBuilder } from "../builder.ts";
import type { Graph, Node } from "../graph.ts";

export interface RewriteContext {
  /** The version of the operator's domain that the node was written for. */
  readonly version: number;
  /**
   * Adds a graph from inside the node, its inputs being given, its nodes written out where they have to be; returns the
   * name that each of its values has then. Each time the names are others.
   */
  inline(graph: Graph, given: Readonly<Record<string, string>>): (name: string) => string;
  /** Of values that are lists, the tensors in them. */
  readonly lists: Map<string, readonly string[]>;
}

/** What stands in for nodes of an operator of another opset or domain. */
export interface Rewrite {
  /** The first version with this operator, or with this meaning of it; all where absent. */
  readonly since?: number;
  /** The last version with this meaning; none follows where absent. */
  readonly until?: number;
  /** Versions between these two that gave it another meaning, which `rewrite` tells apart. */
  readonly changes?: readonly number[];
  /** Which nodes are written out; all where absent. */
  applies?(node: Node, version: number): boolean;
  /** Whether inputs may be lists of tensors, of which no other operator knows. */
  readonly takesLists?: true;
  /** Adds nodes that compute what the node does; returns its outputs, undefined where one is not computed. */
  rewrite(g: GraphBuilder, node: Node, context: RewriteContext): string | readonly (string | undefined)[];
}
