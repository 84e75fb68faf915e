import { intAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** How many elements are taken was an attribute before opset 10. */
export const TopK: Rewrite = {
  until: 9,
  rewrite(g, node) {
    const { k: _, ...attributes } = node.attributes;
    return g.nodeOutputs("TopK", [node.inputs[0], g.ints([intAttribute(node, "k", 0)])], attributes, 2);
  },
};
