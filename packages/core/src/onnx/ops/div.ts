import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";
import { quotient, scaled } from "../slope.ts";

/** y = a / b; dy/da = 1/b, dy/db = -y/b. */
export const Div: Operator = {
  infer: broadcastFirstType,
  gradient({ g, inputs: [a, b], outputs: [y], cotangent }) {
    const da = quotient(g, cotangent, b);
    return [reduceTo(g, da, a), g.node("Neg", [reduceTo(g, scaled(g, da, y), b)])];
  },
};
