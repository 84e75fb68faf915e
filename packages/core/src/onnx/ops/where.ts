import { broadcastShapes, reduceTo } from "../broadcast.ts";
import { elementwise } from "../dataPropagation.ts";
import type { Operator } from "../operator.ts";
import { rangeOfUnion } from "../range.ts";

/** y = a where the condition holds, else b. */
export const Where: Operator = {
  required: 3,
  infer: (context) => [{ type: context.inputs[1]!.type, shape: broadcastShapes(context) }],
  propagate: elementwise((condition, a, b) =>
    typeof condition === "number" ? (condition ? a : b) : a === b ? a : undefined,
  ),
  range: ([, a, b], node) => rangeOfUnion([a, b], node),
  gradient({ g, inputs: [condition, a, b], cotangent }) {
    const zero = g.scalar(0, a);
    return [
      undefined,
      reduceTo(g, g.node("Where", [condition, cotangent, zero]), a),
      reduceTo(g, g.node("Where", [condition, zero, cotangent]), b),
    ];
  },
};
