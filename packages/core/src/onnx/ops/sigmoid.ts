import { type Operator, sameAsInput } from "../operator.ts";
import { within } from "../range.ts";
import { scaled } from "../slope.ts";

/** y = 1/(1 + e^-x); dy/dx = y(1 - y). */
export const Sigmoid: Operator = {
  infer: sameAsInput,
  range: within(0, 1),
  gradient: ({ g, outputs: [y], cotangent }) => [scaled(g, cotangent, g.node("Sub", [y, g.node("Mul", [y, y])]))],
};
