import { floatAttribute } from "../graph.ts";
import { type Operator, sameAsInput } from "../operator.ts";

/** y = x where x > alpha, else 0. */
export const ThresholdedRelu: Operator = {
  infer: sameAsInput,
  gradient({ g, node, inputs: [x], cotangent }) {
    const above = g.node("Greater", [x, g.scalar(floatAttribute(node, "alpha", 1), x)]);
    return [g.node("Where", [above, cotangent, g.scalar(0, x)])];
  },
};
