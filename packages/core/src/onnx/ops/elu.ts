import { floatAttribute } from "../graph.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { scaled } from "../slope.ts";

/** y = x where x > 0, else alpha (e^x - 1); there dy/dx = y + alpha. */
export const Elu: Operator = {
  infer: sameAsInput,
  gradient({ g, node, inputs: [x], outputs: [y], cotangent }) {
    const alpha = g.scalar(floatAttribute(node, "alpha", 1), x);
    const positive = g.node("Greater", [x, g.scalar(0, x)]);
    const left = scaled(g, cotangent, g.node("Add", [y, alpha]));
    return [g.node("Where", [positive, cotangent, left])];
  },
};
