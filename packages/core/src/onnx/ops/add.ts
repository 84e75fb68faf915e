import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";

/** y = a + b. */
export const Add: Operator = {
  infer: broadcastFirstType,
  gradient: ({ g, inputs: [a, b], cotangent }) => [reduceTo(g, cotangent, a), reduceTo(g, cotangent, b)],
};
