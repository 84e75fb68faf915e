import { tensor } from "../../tensor.ts";
import { floatAttribute, intsAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** Widths and value of the margin were attributes before opset 11. */
export const Pad: Rewrite = {
  until: 10,
  rewrite(node, context) {
    const { pads: _, value: __, ...attributes } = node.attributes;
    const pads = intsAttribute(node, "pads", []);
    const value = tensor(context.float, [], [floatAttribute(node, "value", 0)]);
    const lists = [context.constant(tensor("int64", [pads.length], pads)), context.constant(value)];
    return { ...node, inputs: [node.inputs[0], ...lists], attributes };
  },
};
