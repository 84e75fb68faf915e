import type { GraphBuilder } from "../builder.ts";
import { floatAttribute, intAttribute } from "../graph.ts";
import { normalizeAxis } from "../operator.ts";
import type { Rewrite } from "./rewrite.ts";

/** y = scale x / sqrt(mean(x^2) + epsilon) over the last axes (Zhang and Sennrich, 2019). */
export const RMSNormalization: Rewrite = {
  rewrite(g, node) {
    const [x, scale] = node.inputs;
    const rank = g.type(x).shape.length;
    const from = normalizeAxis(node, intAttribute(node, "axis", -1), rank);
    const axes = Array.from({ length: rank - from }, (_, i) => from + i);
    return rmsNormalization(g, x, scale, axes, floatAttribute(node, "epsilon", 1e-5));
  },
};

export function rmsNormalization(
  g: GraphBuilder,
  x: string,
  scale: string,
  axes: readonly number[],
  epsilon: number,
): string {
  const mean = g.node("ReduceMean", [g.node("Mul", [x, x]), g.ints(axes)]);
  const size = g.node("Sqrt", [g.node("Add", [mean, g.scalar(epsilon, x)])]);
  return g.node("Mul", [g.node("Div", [x, size]), scale]);
}
