import { floatAttribute } from "../graph.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { within } from "../range.ts";

/** y = alpha x + beta, clipped to [0, 1]; dy/dx = alpha where 0 < y < 1. */
export const HardSigmoid: Operator = {
  infer: sameAsInput,
  range: within(0, 1),
  gradient({ g, node, inputs: [x], outputs: [y], cotangent }) {
    const slope = g.scalar(floatAttribute(node, "alpha", 0.2), x);
    const zero = g.scalar(0, x);
    const inside = g.node("And", [g.node("Greater", [y, zero]), g.node("Less", [y, g.scalar(1, x)])]);
    return [g.node("Where", [inside, g.node("Mul", [cotangent, slope]), zero])];
  },
};
