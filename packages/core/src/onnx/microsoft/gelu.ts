import { floatAttribute } from "../graph.ts";
import { gelu, geluByTanh, sigmoidal } from "../rewrites/gelu.ts";
import type { Rewrite } from "../rewrites/rewrite.ts";

export const Gelu: Rewrite = { rewrite: (g, { inputs: [x] }) => gelu(g, x) };

/** Gelu of x + bias. */
export const BiasGelu: Rewrite = { rewrite: (g, { inputs }) => gelu(g, g.node("Add", inputs)) };

/** Gelu by the hyperbolic tangent, of x + bias where there is one. */
export const FastGelu: Rewrite = {
  rewrite: (g, { inputs: [x, bias] }) => geluByTanh(g, bias ? g.node("Add", [x, bias]) : x),
};

/** y = x sigmoid(alpha x). */
export const QuickGelu: Rewrite = {
  rewrite: (g, node) => sigmoidal(g, node.inputs[0], floatAttribute(node, "alpha", 1.702)),
};
