import { intAttribute } from "../graph.ts";
import { unsupportedNode } from "../operator.ts";
import { spreadAlong, wideRanges } from "../quantization.ts";
import type { Rewrite } from "./rewrite.ts";

/**
 * Since opset 19 there are types of which saturation matters, since 21 scales per block; what is left is that of opset
 * 13. Numbers of 16 bits are left unrounded, within their range: opset 13 has none, and their steps are too small for
 * gradients to see.
 */
export const QuantizeLinear: Rewrite = {
  since: 19,
  rewrite(g, node) {
    if (intAttribute(node, "block_size", 0) !== 0) throw unsupportedNode(node, "a scale per axis", "one per block");
    const wanted = intAttribute(node, "output_dtype", 0);
    if (wanted !== 0 && !node.inputs[2])
      throw unsupportedNode(node, "a zero point of the type", `type number ${wanted}`);
    const [x, scale, zero] = node.inputs;
    const range = zero === undefined ? undefined : wideRanges[g.type(zero).type];
    if (range) {
      const places = g.node("Div", [x, spreadAlong(g, node, scale, x)]);
      const moved = g.node("Add", [places, spreadAlong(g, node, g.node("CastLike", [zero, x]), x)]);
      return g.node("Clip", [moved, ...range.map((bound) => g.scalar(bound, x))]);
    }
    return g.node(node.op, node.inputs, { axis: { int: intAttribute(node, "axis", 1) } });
  },
};
