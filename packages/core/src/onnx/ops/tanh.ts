import { type Operator, sameAsInput } from "../operator.ts";

/** y = tanh x; dy/dx = 1 - y^2. */
export const Tanh: Operator = {
  infer: sameAsInput,
  gradient: ({ g, outputs: [y], cotangent }) => [
    g.node("Sub", [cotangent, g.node("Mul", [cotangent, g.node("Mul", [y, y])])]),
  ],
};
