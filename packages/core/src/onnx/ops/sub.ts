import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import { elementwise } from "../dataPropagation.ts";
import type { Operator } from "../operator.ts";
import { negative, rangeOfSum } from "../range.ts";

/** y = a - b. */
export const Sub: Operator = {
  required: 2,
  infer: broadcastFirstType,
  propagate: elementwise((a, b) =>
    b === 0 ? a : typeof a === "number" && typeof b === "number" ? a - b : a === b && a !== undefined ? 0 : undefined,
  ),
  range: ([a, b], node) => rangeOfSum([a, negative(b)], node),
  gradient: ({ g, inputs: [a, b], cotangent }) => [
    reduceTo(g, cotangent, a),
    g.node("Neg", [reduceTo(g, cotangent, b)]),
  ],
};
