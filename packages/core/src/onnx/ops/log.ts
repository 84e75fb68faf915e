import { type Operator, sameAsInput } from "../operator.ts";
import { divisor } from "../slope.ts";

/** y = log x; dy/dx = 1/x, taken as 0 where x = 0. */
export const Log: Operator = {
  infer: sameAsInput,
  gradient: ({ g, inputs: [x], cotangent }) => [g.node("Div", [cotangent, divisor(g, x)])],
};
