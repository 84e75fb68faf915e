import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";

/** y = a - b. */
export const Sub: Operator = {
  infer: broadcastFirstType,
  gradient: ({ g, inputs: [a, b], cotangent }) => [
    reduceTo(g, cotangent, a),
    g.node("Neg", [reduceTo(g, cotangent, b)]),
  ],
};
