import { requireImages } from "../checks.ts";
import { floatAttribute } from "../graph.ts";
import { normalizationGradient, normalize } from "../normalization.ts";
import { type Operator, sameAsInput } from "../operator.ts";

/**
 * y = scale (x - mean) / sqrt(variance + epsilon) + bias, channel by channel of each sample (Ulyanov and others, 2016).
 */
export const InstanceNormalization: Operator = {
  required: 3,
  check: requireImages,
  infer: sameAsInput,
  gradient({ g, node, inputs: [x, scale], cotangent }) {
    const rank = g.type(x).shape.length;
    const axes = Array.from({ length: rank - 2 }, (_, i) => i + 2);
    const normalized = normalize(g, x, axes, floatAttribute(node, "epsilon", 1e-5));
    const spread = g.node("Unsqueeze", [scale, g.ints(axes.map((axis) => axis - 1))]);
    const dx = normalizationGradient(g, g.node("Mul", [cotangent, spread]), normalized, axes);
    const others = g.ints([0, ...axes]);
    const perChannel = (value: string) => g.node("ReduceSum", [value, others], { keepdims: { int: 0 } });
    return [dx, perChannel(g.node("Mul", [cotangent, normalized.unit])), perChannel(cotangent)];
  },
};
