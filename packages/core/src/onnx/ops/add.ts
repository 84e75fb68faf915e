import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import { elementwise } from "../dataPropagation.ts";
import type { Operator } from "../operator.ts";
import { rangeOfSum } from "../range.ts";

/** y = a + b. */
export const Add: Operator = {
  required: 2,
  infer: broadcastFirstType,
  propagate: elementwise((a, b) =>
    a === 0 ? b : b === 0 ? a : typeof a === "number" && typeof b === "number" ? a + b : undefined,
  ),
  range: rangeOfSum,
  gradient: ({ g, inputs: [a, b], cotangent }) => [reduceTo(g, cotangent, a), reduceTo(g, cotangent, b)],
};
