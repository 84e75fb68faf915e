import type { GraphBuilder } from "../builder.ts";
import type { Node } from "../graph.ts";
import { unsupportedNode } from "../operator.ts";
import { bodyOf, knownNumber } from "./controlFlow.ts";
import type { Rewrite } from "./rewrite.ts";

/**
 * The branch that a known condition takes; where it depends on the input, both are computed and one is chosen.
 *
 * Exporters ask for sizes, such as whether an axis has length 1; those are known.
 */
export const If: Rewrite = {
  rewrite(g, node, { inline }) {
    const [condition] = node.inputs;
    const known = knownNumber(g, condition);
    const branch = (name: string) => {
      const graph = bodyOf(node, name);
      const nameOf = inline(graph, {});
      return graph.outputs.map((output) => nameOf(output.name));
    };
    if (known !== undefined) return branch(known ? "then_branch" : "else_branch");
    const [taken, other] = [branch("then_branch"), branch("else_branch")];
    const scalar = g.node("Reshape", [condition, g.ints([])]);
    return taken.map((value, i) => choose(g, node, scalar, value, other[i]));
  },
};

function choose(g: GraphBuilder, node: Node, condition: string, value: string, other: string): string {
  const [a, b] = [g.type(value), g.type(other)];
  if (a.type !== b.type || `${a.shape}` !== `${b.shape}`) {
    throw unsupportedNode(node, "branches of one shape, or a condition that is known before the graph runs", "others");
  }
  return g.node("Where", [condition, value, other]);
}
