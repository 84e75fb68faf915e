import { type Operator, sameAsInput } from "../operator.ts";
import { quotient } from "../slope.ts";

/** y = sqrt(x); dy/dx = 1/(2y). */
export const Sqrt: Operator = {
  infer: sameAsInput,
  gradient: ({ g, outputs: [y], cotangent }) => [quotient(g, cotangent, g.node("Add", [y, y]))],
};
