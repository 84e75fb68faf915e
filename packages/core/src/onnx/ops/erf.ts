import { type Operator, sameAsInput } from "../operator.ts";
import { within } from "../range.ts";
import { scaled } from "../slope.ts";

/** y = erf(x); dy/dx = 2/sqrt(pi) e^(-x^2). */
export const Erf: Operator = {
  infer: sameAsInput,
  range: within(-1, 1),
  gradient({ g, inputs: [x], cotangent }) {
    const bell = g.node("Exp", [g.node("Neg", [g.node("Mul", [x, x])])]);
    return [scaled(g, cotangent, g.node("Mul", [bell, g.scalar(2 / Math.sqrt(Math.PI), x)]))];
  },
};
