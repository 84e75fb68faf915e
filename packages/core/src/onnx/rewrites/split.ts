import { tensor } from "../../tensor.ts";
import { intsAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** Sizes were an attribute before opset 13; without sizes, the number of parts was not said before opset 18. */
export const Split: Rewrite = {
  until: 17,
  rewrite(node, context) {
    const sizes = intsAttribute(node, "split", undefined);
    const { split: _, ...attributes } = node.attributes;
    if (sizes) {
      return {
        ...node,
        inputs: [node.inputs[0], context.constant(tensor("int64", [sizes.length], sizes))],
        attributes,
      };
    }
    return node.inputs[1]
      ? node
      : { ...node, attributes: { ...attributes, num_outputs: { int: node.outputs.length } } };
  },
};
