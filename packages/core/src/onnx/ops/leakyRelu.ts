import { floatAttribute } from "../graph.ts";
import { type Operator, sameAsInput } from "../operator.ts";

/** y = x where x > 0, else alpha x. */
export const LeakyRelu: Operator = {
  infer: sameAsInput,
  gradient({ g, node, inputs: [x], cotangent }) {
    const alpha = g.scalar(floatAttribute(node, "alpha", 0.01), x);
    const positive = g.node("Greater", [x, g.scalar(0, x)]);
    return [g.node("Where", [positive, cotangent, g.node("Mul", [cotangent, alpha])])];
  },
};
