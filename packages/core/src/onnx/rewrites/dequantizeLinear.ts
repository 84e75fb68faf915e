import { intAttribute } from "../graph.ts";
import { unsupportedNode } from "../operator.ts";
import { quantizedRanges, spreadAlong } from "../quantization.ts";
import type { Rewrite } from "./rewrite.ts";

/**
 * (x - zero point) scale, as of weights that are kept as integers; scales of one axis, or one for all. What was
 * quantized on the way stays as it is, since gradients go through it.
 */
export const DequantizeLinear: Rewrite = {
  rewrite(g, node) {
    const [x, scale, zero = ""] = node.inputs;
    if (intAttribute(node, "block_size", 0) !== 0) throw unsupportedNode(node, "a scale per axis", "one per block");
    const { type, constant } = g.type(x);
    if (!constant && type in quantizedRanges && g.type(scale).type === "float32") {
      return g.node(node.op, node.inputs, { axis: { int: intAttribute(node, "axis", 1) } });
    }
    const real = (value: string) => g.node("CastLike", [value, scale]);
    const moved = zero === "" ? real(x) : g.node("Sub", [real(x), spreadAlong(g, node, real(zero), x)]);
    return g.node("Mul", [moved, spreadAlong(g, node, scale, x)]);
  },
};
