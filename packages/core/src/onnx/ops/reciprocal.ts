import { type Operator, sameAsInput } from "../operator.ts";

/** y = 1/x; dy/dx = -y^2. */
export const Reciprocal: Operator = {
  infer: sameAsInput,
  gradient: ({ g, outputs: [y], cotangent }) => [g.node("Neg", [g.node("Mul", [cotangent, g.node("Mul", [y, y])])])],
};
