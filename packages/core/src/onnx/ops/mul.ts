import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";

/** y = a b. */
export const Mul: Operator = {
  infer: broadcastFirstType,
  gradient: ({ g, inputs: [a, b], cotangent }) => [
    reduceTo(g, g.node("Mul", [cotangent, b]), a),
    reduceTo(g, g.node("Mul", [cotangent, a]), b),
  ],
};
