import { intAttribute } from "../graph.ts";
import { unsupportedNode } from "../operator.ts";
import type { Rewrite } from "./rewrite.ts";

/**
 * Since opset 19 there are types of which saturation matters, since 21 scales per block; what is left is that of opset
 * 13.
 */
export const QuantizeLinear: Rewrite = {
  since: 19,
  rewrite(g, node) {
    if (intAttribute(node, "block_size", 0) !== 0) throw unsupportedNode(node, "a scale per axis", "one per block");
    const wanted = intAttribute(node, "output_dtype", 0);
    if (wanted !== 0 && !node.inputs[2])
      throw unsupportedNode(node, "a zero point of the type", `type number ${wanted}`);
    return g.node(node.op, node.inputs, { axis: { int: intAttribute(node, "axis", 1) } });
  },
};
