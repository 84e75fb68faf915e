import { floatAttribute } from "../graph.ts";
import { sigmoidal } from "./gelu.ts";
import type { Rewrite } from "./rewrite.ts";

/** y = x sigmoid(alpha x). */
export const Swish: Rewrite = {
  since: 24,
  rewrite: (g, node) => sigmoidal(g, node.inputs[0], floatAttribute(node, "alpha", 1)),
};
