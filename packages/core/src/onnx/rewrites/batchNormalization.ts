import { InputError } from "../../errors.ts";
import { describeNode } from "../operator.ts";
import type { Rewrite } from "./rewrite.ts";

/** Before opset 14, more than one output asked for training with statistics that no later opset returns. */
export const BatchNormalization: Rewrite = {
  opsets: [11, 13],
  rewrite(node) {
    if (node.outputs.length === 1 || node.attributes.training_mode) return node;
    throw new InputError("unsupported", `node ${describeNode(node)}`, {
      expected: "batch normalization with one output",
      got: `${node.outputs.length} outputs`,
      remedy: "export the model for inference",
    });
  },
};
