import { tensor } from "../../tensor.ts";
import { intsAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** Axes were an attribute before they became the second input. */
const rewrite: Rewrite["rewrite"] = (node, context) => {
  const axes = intsAttribute(node, "axes", []);
  const { axes: _, ...attributes } = node.attributes;
  if (axes.length === 0) return { ...node, attributes };
  return { ...node, inputs: [node.inputs[0], context.constant(tensor("int64", [axes.length], axes))], attributes };
};

/** Squeeze, Unsqueeze and ReduceSum, whose axes became an input in opset 13. */
export const axesSince13: Rewrite = { until: 12, rewrite };

/** The other reductions, whose axes became an input in opset 18. */
export const axesSince18: Rewrite = { until: 17, rewrite };
