import { InputError } from "../../errors.ts";
import { intAttribute } from "../graph.ts";
import { describeNode } from "../operator.ts";
import type { Rewrite } from "./rewrite.ts";

/**
 * Before opset 14, more than one output asked for training with statistics that no later opset returns; before opset 9,
 * statistics could belong to the elements of an image in place of its channels.
 */
export const BatchNormalization: Rewrite = {
  until: 13,
  rewrite(g, node) {
    const { spatial: _, ...attributes } = node.attributes;
    const isSpatial = intAttribute(node, "spatial", 1) !== 0;
    if (isSpatial && node.outputs.slice(1).every((name) => name === "")) {
      return g.node("BatchNormalization", node.inputs, attributes);
    }
    throw new InputError("unsupported", `node ${describeNode(node)}`, {
      expected: "batch normalization of channels with one output",
      got: isSpatial ? `${node.outputs.length} outputs` : "one of elements (spatial = 0)",
      remedy: "export the model for inference",
    });
  },
};
