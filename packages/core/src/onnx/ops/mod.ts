import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import { ofNumbers } from "../dataPropagation.ts";
import { intAttribute } from "../graph.ts";
import type { Operator } from "../operator.ts";

/** y = a - q b, where the integer q is a/b rounded towards zero; dy/da = 1, dy/db = -q. Of integers: no gradient. */
export const Mod: Operator = {
  required: 2,
  infer: broadcastFirstType,
  propagate: (node, inputs, shape) =>
    // The sign is the divisor's for integers, the dividend's with fmod.
    ofNumbers((x, y) => (intAttribute(node, "fmod", 0) ? x % y : x - y * Math.floor(x / y)))(node, inputs, shape),
  gradient({ g, inputs: [a, b], outputs: [y], cotangent }) {
    // Rounding makes q exact, and constant for a second derivative.
    const q = g.node("Round", [g.node("Div", [g.node("Sub", [a, y]), b])]);
    return [reduceTo(g, cotangent, a), reduceTo(g, g.node("Neg", [g.node("Mul", [cotangent, q])]), b)];
  },
};
