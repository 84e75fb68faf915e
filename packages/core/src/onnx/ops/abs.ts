import { type Operator, sameAsInput } from "../operator.ts";
import { scaled } from "../slope.ts";

/** y = |x|; dy/dx = sign(x). */
export const Abs: Operator = {
  infer: sameAsInput,
  gradient: ({ g, inputs: [x], cotangent }) => [scaled(g, cotangent, g.node("Sign", [x]))],
};
