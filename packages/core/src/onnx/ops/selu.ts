import { floatAttribute } from "../graph.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { scaled } from "../slope.ts";

/** y = gamma x where x > 0, else gamma alpha (e^x - 1); there dy/dx = y + gamma alpha (Klambauer and others, 2017). */
export const Selu: Operator = {
  infer: sameAsInput,
  gradient({ g, node, inputs: [x], outputs: [y], cotangent }) {
    const alpha = floatAttribute(node, "alpha", 1.6732632423543772);
    const gamma = floatAttribute(node, "gamma", 1.0507009873554805);
    const positive = g.node("Greater", [x, g.scalar(0, x)]);
    const left = g.node("Add", [y, g.scalar(gamma * alpha, x)]);
    return [scaled(g, cotangent, g.node("Where", [positive, g.scalar(gamma, x), left]))];
  },
};
