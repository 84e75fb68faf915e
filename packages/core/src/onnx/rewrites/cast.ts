import type { Rewrite } from "./rewrite.ts";

/** From opset 19 on, conversions say what becomes of numbers that eight-bit floats cannot hold, which are not read. */
export const Cast: Rewrite = {
  since: 19,
  applies: ({ attributes }) => attributes.saturate !== undefined || attributes.round_mode !== undefined,
  rewrite(g, node) {
    const { saturate: _, round_mode: __, ...attributes } = node.attributes;
    return g.node(node.op, node.inputs, attributes);
  },
};
