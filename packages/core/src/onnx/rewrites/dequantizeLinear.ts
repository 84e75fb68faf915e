import { intAttribute } from "../graph.ts";
import { normalizeAxis, unsupportedNode } from "../operator.ts";
import { atAxis } from "./positions.ts";
import type { Rewrite } from "./rewrite.ts";

/** (x - zero point) scale, as of weights that are kept as integers; scales of one axis, or one for all. */
export const DequantizeLinear: Rewrite = {
  rewrite(g, node) {
    const [x, scale, zero = ""] = node.inputs;
    if (intAttribute(node, "block_size", 0) !== 0) throw unsupportedNode(node, "a scale per axis", "one per block");
    const { shape } = g.type(x);
    const isPerAxis = g.type(scale).shape.length === 1 && g.type(scale).shape[0] !== 1;
    const axis = isPerAxis ? normalizeAxis(node, intAttribute(node, "axis", 1), shape.length) : 0;
    const spread = (value: string) =>
      isPerAxis ? atAxis(g, value, axis, shape.length) : g.node("Reshape", [value, g.ints([])]);
    const real = (value: string) => g.node("CastLike", [value, scale]);
    const moved = zero === "" ? real(x) : g.node("Sub", [real(x), spread(real(zero))]);
    return g.node("Mul", [moved, spread(scale)]);
  },
};
