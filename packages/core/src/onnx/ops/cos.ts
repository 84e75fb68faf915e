import { type Operator, sameAsInput } from "../operator.ts";

/** y = cos x; dy/dx = -sin x. */
export const Cos: Operator = {
  infer: sameAsInput,
  gradient: ({ g, inputs: [x], cotangent }) => [g.node("Neg", [g.node("Mul", [cotangent, g.node("Sin", [x])])])],
};
