import { type Operator, sameAsInput } from "../operator.ts";
import { quotient } from "../slope.ts";

/** y = log x; dy/dx = 1/x. */
export const Log: Operator = {
  infer: sameAsInput,
  gradient: ({ g, inputs: [x], cotangent }) => [quotient(g, cotangent, x)],
};
