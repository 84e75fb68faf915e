import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";
import { scaled } from "../slope.ts";

/** y = a b. */
export const Mul: Operator = {
  infer: broadcastFirstType,
  gradient: ({ g, inputs: [a, b], cotangent }) => [
    reduceTo(g, scaled(g, cotangent, b), a),
    reduceTo(g, scaled(g, cotangent, a), b),
  ],
};
