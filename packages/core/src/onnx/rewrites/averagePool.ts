import { intsAttribute } from "../graph.ts";
import { unsupportedNode } from "../operator.ts";
import type { Rewrite } from "./rewrite.ts";

/** Averages got dilations in opset 19; without them nothing changed. */
export const AveragePool: Rewrite = {
  since: 19,
  applies: ({ attributes }) => attributes.dilations !== undefined,
  rewrite(g, node) {
    const { dilations: _, ...attributes } = node.attributes;
    const dilations = intsAttribute(node, "dilations", []);
    if (dilations.some((each) => each !== 1))
      throw unsupportedNode(node, "an average without dilations", `[${dilations}]`);
    return g.node("AveragePool", node.inputs, attributes);
  },
};
