import { type Operator, sameAsInput } from "../operator.ts";

/** y = sin x; dy/dx = cos x. */
export const Sin: Operator = {
  infer: sameAsInput,
  gradient: ({ g, inputs: [x], cotangent }) => [g.node("Mul", [cotangent, g.node("Cos", [x])])],
};
