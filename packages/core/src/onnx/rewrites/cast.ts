import type { Rewrite } from "./rewrite.ts";

/** From opset 19 on, conversions say what becomes of numbers too large for eight-bit floats, which are not read. */
export const Cast: Rewrite = {
  since: 19,
  rewrite(node) {
    const { saturate: _, ...attributes } = node.attributes;
    return { ...node, attributes };
  },
};
