import { type Operator, sameAsInput } from "../operator.ts";
import { within } from "../range.ts";
import { scaled } from "../slope.ts";

/** y = tanh x; dy/dx = 1 - y^2. */
export const Tanh: Operator = {
  infer: sameAsInput,
  range: within(-1, 1),
  gradient: ({ g, outputs: [y], cotangent }) => [
    g.node("Sub", [cotangent, scaled(g, cotangent, g.node("Mul", [y, y]))]),
  ],
};
