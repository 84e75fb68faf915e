import type { Rewrite } from "./rewrite.ts";

/** Before opset 12 the ratio was an attribute, and nothing was dropped. */
export const Dropout: Rewrite = {
  until: 11,
  rewrite: (g, node) => g.nodeOutputs("Dropout", [node.inputs[0]], {}, node.outputs.length),
};
