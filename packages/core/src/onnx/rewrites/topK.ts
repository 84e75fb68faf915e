import { tensor } from "../../tensor.ts";
import { intAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** How many elements are taken was an attribute before opset 10. */
export const TopK: Rewrite = {
  until: 9,
  rewrite(node, context) {
    const { k: _, ...attributes } = node.attributes;
    const count = context.constant(tensor("int64", [1], [intAttribute(node, "k", 0)]));
    return { ...node, inputs: [node.inputs[0], count], attributes };
  },
};
