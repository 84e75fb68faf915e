import type { Rewrite } from "./rewrite.ts";

/** Scatter was ScatterElements' name before opset 11. */
export const ScatterElements: Rewrite = {
  until: 10,
  rewrite: (g, node) => g.node("ScatterElements", node.inputs, node.attributes),
};
