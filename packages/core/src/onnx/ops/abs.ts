import { type Operator, sameAsInput } from "../operator.ts";

/** y = |x|; dy/dx = sign(x). */
export const Abs: Operator = {
  infer: sameAsInput,
  gradient: ({ g, inputs: [x], cotangent }) => [g.node("Mul", [cotangent, g.node("Sign", [x])])],
};
