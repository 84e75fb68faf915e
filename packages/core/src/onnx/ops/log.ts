import { type Operator, sameAsInput } from "../operator.ts";

/** y = log x; dy/dx = 1/x. */
export const Log: Operator = {
  infer: sameAsInput,
  gradient: ({ g, inputs: [x], cotangent }) => [g.node("Div", [cotangent, x])],
};
