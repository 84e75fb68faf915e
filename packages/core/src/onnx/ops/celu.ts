import { floatAttribute } from "../graph.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { scaled } from "../slope.ts";

/** y = x where x > 0, else alpha (e^(x/alpha) - 1); there dy/dx = y/alpha + 1 (Barron, 2017). */
export const Celu: Operator = {
  infer: sameAsInput,
  gradient({ g, node, inputs: [x], outputs: [y], cotangent }) {
    const alpha = g.scalar(floatAttribute(node, "alpha", 1), x);
    const one = g.scalar(1, x);
    const positive = g.node("Greater", [x, g.scalar(0, x)]);
    const left = g.node("Add", [g.node("Div", [y, alpha]), one]);
    return [scaled(g, cotangent, g.node("Where", [positive, one, left]))];
  },
};
