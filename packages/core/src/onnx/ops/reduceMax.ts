import type { GradientRule, Operator } from "../operator.ts";
import { reducedShape, restoreAxes } from "../reduction.ts";

/** The cotangent goes to the elements that attain the extremum, in equal shares where several do. */
export const reducedExtremumGradient: GradientRule = ({ g, node, inputs: [x, axes], outputs: [y], cotangent }) => {
  const hits = g.node("CastLike", [g.node("Equal", [x, restoreAxes(g, node, y)]), x]);
  const count = g.node("ReduceSum", axes ? [hits, axes] : [hits], { ...node.attributes, keepdims: { int: 1 } });
  const share = g.node("Div", [restoreAxes(g, node, cotangent), count]);
  return [g.node("Mul", [hits, share])];
};

/** y = largest of x over axes. */
export const ReduceMax: Operator = { infer: reducedShape, gradient: reducedExtremumGradient };
