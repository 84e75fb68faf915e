import { intsAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** Axes were an attribute before they became the second input. */
const rewrite: Rewrite["rewrite"] = (g, node) => {
  const axes = intsAttribute(node, "axes", []);
  const { axes: _, ...attributes } = node.attributes;
  // Since some opset they may have been an input already.
  const list = axes.length > 0 ? [g.ints(axes)] : node.inputs.slice(1);
  return g.node(node.op, [node.inputs[0], ...list], attributes);
};

/** Squeeze, Unsqueeze and ReduceSum, whose axes became an input in opset 13. */
export const axesSince13: Rewrite = { until: 12, rewrite };

/** The other reductions, whose axes became an input in opset 18. */
export const axesSince18: Rewrite = { until: 17, rewrite };
