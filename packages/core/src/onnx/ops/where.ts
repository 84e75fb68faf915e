import { broadcastShapes, reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";

/** y = a where the condition holds, else b. */
export const Where: Operator = {
  infer: (context) => [{ type: context.inputs[1]!.type, shape: broadcastShapes(context) }],
  gradient({ g, inputs: [condition, a, b], cotangent }) {
    const zero = g.scalar(0, a);
    return [
      undefined,
      reduceTo(g, g.node("Where", [condition, cotangent, zero]), a),
      reduceTo(g, g.node("Where", [condition, zero, cotangent]), b),
    ];
  },
};
