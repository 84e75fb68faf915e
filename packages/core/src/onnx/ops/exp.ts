import { type Operator, sameAsInput } from "../operator.ts";

/** y = e^x; dy/dx = y. */
export const Exp: Operator = {
  infer: sameAsInput,
  gradient: ({ g, outputs: [y], cotangent }) => [g.node("Mul", [cotangent, y])],
};
