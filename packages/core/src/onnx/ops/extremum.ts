// Max and Min differ in nothing but the comparison.

import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { GradientRule } from "../operator.ts";

/** The cotangent goes to the inputs that attain the extremum, in equal shares where several do. */
export const extremumGradient: GradientRule = ({ g, inputs, outputs: [y], cotangent }) => {
  const type = g.type(y).type === "float64" ? 11 : 1;
  const hits = inputs.map((x) => g.node("Equal", [x, y]));
  const counts = hits.map((hit) => g.node("Cast", [hit], { to: { int: type } }));
  const share = g.node("Div", [cotangent, counts.reduce((sum, count) => g.node("Add", [sum, count]))]);
  // Nothing equals what is no number: no share of it is taken.
  return inputs.map((x, i) => reduceTo(g, g.node("Where", [hits[i], share, g.scalar(0, y)]), x));
};

export { broadcastFirstType as extremumShape };
