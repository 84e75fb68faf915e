import { either, toOneElement } from "../dataPropagation.ts";
import type { GradientRule, Operator } from "../operator.ts";
import { sameRange } from "../range.ts";
import { reducedShape, restoreAxes } from "../reduction.ts";

/** The cotangent goes to the elements that attain the extremum, in equal shares where several do. */
export const reducedExtremumGradient: GradientRule = ({ g, node, inputs: [x, axes], outputs: [y], cotangent }) => {
  const hits = g.node("Equal", [x, restoreAxes(g, node, y)]);
  const counted = g.node("CastLike", [hits, x]);
  const count = g.node("ReduceSum", axes ? [counted, axes] : [counted], { ...node.attributes, keepdims: { int: 1 } });
  const share = g.node("Div", [restoreAxes(g, node, cotangent), count]);
  // Nothing equals what is no number: no share of it is taken.
  return [g.node("Where", [hits, share, g.scalar(0, x)])];
};

/** y = largest of x over axes. */
export const ReduceMax: Operator = {
  infer: reducedShape,
  propagate: toOneElement(either(Math.max)),
  range: sameRange,
  gradient: reducedExtremumGradient,
};
