import { type Operator, sameAsInput } from "../operator.ts";

/** y = max(x, 0); dy/dx = 1 where x > 0, else 0 (0 at the kink). The sign of y is that mask. */
export const Relu: Operator = {
  infer: sameAsInput,
  gradient: ({ g, outputs: [y], cotangent }) => [g.node("Mul", [cotangent, g.node("Sign", [y])])],
};
