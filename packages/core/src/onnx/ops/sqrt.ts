import { type Operator, sameAsInput } from "../operator.ts";
import { divisor } from "../slope.ts";

/** y = sqrt(x); dy/dx = 1/(2y), taken as 0 where y = 0. */
export const Sqrt: Operator = {
  infer: sameAsInput,
  gradient: ({ g, outputs: [y], cotangent }) => [g.node("Div", [cotangent, divisor(g, g.node("Add", [y, y]))])],
};
