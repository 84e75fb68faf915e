import { type Operator, sameAsInput } from "../operator.ts";
import { between } from "../range.ts";
import { quotient } from "../slope.ts";

/** y = log x; dy/dx = 1/x. */
export const Log: Operator = {
  infer: sameAsInput,
  range: ([x]) => between(Math.log(Math.max(0, x.low)), Math.log(Math.max(0, x.high)), x.finite && x.low > 0),
  gradient: ({ g, inputs: [x], cotangent }) => [quotient(g, cotangent, x)],
};
