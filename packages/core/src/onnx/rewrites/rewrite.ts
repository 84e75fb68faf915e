// What a rewrite of one node has at hand. The shapes of values are not known yet.

import type { FloatType, Tensor } from "../../tensor.ts";
import type { Attributes, Node } from "../graph.ts";

export interface RewriteContext {
  /** The opset that the node was written for. */
  readonly version: number;
  /** The floating-point type in which the model computes. */
  readonly float: FloatType;
  /** Adds a constant; returns its name. */
  constant(value: Tensor): string;
  /** Adds a node with one output in front; returns the name of that output. */
  node(op: string, inputs: readonly string[], attributes?: Attributes): string;
}

/** What stands in for a node of another opset: a node with the same outputs, behind the nodes added in front of it. */
export interface Rewrite {
  /** The first opset with this operator, or with this meaning of it; all where absent. */
  readonly since?: number;
  /** The last opset with this meaning; none follows where absent. */
  readonly until?: number;
  rewrite(node: Node, context: RewriteContext): Node;
}
