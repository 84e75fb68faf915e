import { reduceTo } from "../broadcast.ts";
import { floatAttribute, intAttribute } from "../graph.ts";
import { normalizationGradient, normalize } from "../normalization.ts";
import { normalizeAxis, type Operator, unsupportedNode } from "../operator.ts";

/**
 * y = scale (x - mean) / sqrt(variance + epsilon) + bias, sample by sample over the last axes (Ba and others, 2016).
 */
export const LayerNormalization: Operator = {
  required: 2,
  infer({ node, inputs: [x] }) {
    const from = normalizeAxis(node, intAttribute(node, "axis", -1), x!.shape.length);
    const kept = x!.shape.map((dim, i) => (i < from ? dim : 1));
    const statistics = { type: "float32", shape: kept } as const;
    return [{ type: x!.type, shape: x!.shape }, statistics, statistics];
  },
  gradient({ g, node, inputs: [x, scale, bias], cotangents: [dy, ...statistics] }) {
    if (!dy || statistics.some((each) => each !== undefined)) {
      throw unsupportedNode(node, "use of the first output only", "use of the mean or the deviation");
    }
    const rank = g.type(x).shape.length;
    const from = normalizeAxis(node, intAttribute(node, "axis", -1), rank);
    const axes = Array.from({ length: rank - from }, (_, i) => from + i);
    const normalized = normalize(g, x, axes, floatAttribute(node, "epsilon", 1e-5));
    const dx = normalizationGradient(g, g.node("Mul", [dy, scale]), normalized, axes);
    return [dx, reduceTo(g, g.node("Mul", [dy, normalized.unit]), scale), bias && reduceTo(g, dy, bias)];
  },
};
