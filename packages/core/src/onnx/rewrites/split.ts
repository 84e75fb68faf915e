import { intsAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** Sizes were an attribute before opset 13; without sizes, the number of parts was not said before opset 18. */
export const Split: Rewrite = {
  until: 17,
  rewrite(g, node) {
    const { split: _, ...attributes } = node.attributes;
    const sizes = intsAttribute(node, "split", undefined);
    const list = sizes ? g.ints(sizes) : node.inputs[1];
    const count = node.outputs.length;
    if (list) return g.nodeOutputs("Split", [node.inputs[0], list], attributes, count);
    return g.nodeOutputs("Split", [node.inputs[0]], { ...attributes, num_outputs: { int: count } }, count);
  },
};
