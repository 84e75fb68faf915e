import { type Operator, sameAsInput } from "../operator.ts";
import { within } from "../range.ts";
import { scaled } from "../slope.ts";

/** y = cos x; dy/dx = -sin x. */
export const Cos: Operator = {
  infer: sameAsInput,
  range: within(-1, 1),
  gradient: ({ g, inputs: [x], cotangent }) => [g.node("Neg", [scaled(g, cotangent, g.node("Sin", [x]))])],
};
