import { type Operator, sameAsInput } from "../operator.ts";
import { rangeOfReciprocal } from "../range.ts";
import { scaled } from "../slope.ts";

/** y = 1/x; dy/dx = -y^2. */
export const Reciprocal: Operator = {
  infer: sameAsInput,
  range: ([x]) => rangeOfReciprocal(x),
  gradient: ({ g, outputs: [y], cotangent }) => [g.node("Neg", [scaled(g, cotangent, g.node("Mul", [y, y]))])],
};
