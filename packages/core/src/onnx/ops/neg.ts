import { type Operator, sameAsInput } from "../operator.ts";

/** y = -x. */
export const Neg: Operator = {
  infer: sameAsInput,
  gradient: ({ g, cotangent }) => [g.node("Neg", [cotangent])],
};
