// Max and Min differ in nothing but the comparison.

import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { GradientRule } from "../operator.ts";

/** The cotangent goes to the inputs that attain the extremum, in equal shares where several do. */
export const extremumGradient: GradientRule = ({ g, inputs, outputs: [y], cotangent }) => {
  const type = g.type(y).type === "float64" ? 11 : 1;
  const hits = inputs.map((x) => g.node("Cast", [g.node("Equal", [x, y])], { to: { int: type } }));
  const count = hits.reduce((sum, hit) => g.node("Add", [sum, hit]));
  const share = g.node("Div", [cotangent, count]);
  return inputs.map((x, i) => reduceTo(g, g.node("Mul", [share, hits[i]]), x));
};

export { broadcastFirstType as extremumShape };
