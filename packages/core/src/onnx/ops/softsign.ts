import { type Operator, sameAsInput } from "../operator.ts";
import { scaled } from "../slope.ts";

/** y = x/(1 + |x|); dy/dx = (1 - |y|)^2. */
export const Softsign: Operator = {
  infer: sameAsInput,
  gradient({ g, outputs: [y], cotangent }) {
    const rest = g.node("Sub", [g.scalar(1, y), g.node("Abs", [y])]);
    return [scaled(g, cotangent, g.node("Mul", [rest, rest]))];
  },
};
