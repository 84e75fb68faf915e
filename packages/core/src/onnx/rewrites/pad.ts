import { floatAttribute, intsAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** Widths and value of the margin were attributes before opset 11. */
export const Pad: Rewrite = {
  until: 10,
  rewrite(g, node) {
    const [x] = node.inputs;
    const { pads: _, value: __, ...attributes } = node.attributes;
    const value = g.scalar(floatAttribute(node, "value", 0), x);
    return g.node("Pad", [x, g.ints(intsAttribute(node, "pads", [])), value], attributes);
  },
};
