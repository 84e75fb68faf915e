import { type Operator, sameAsInput } from "../operator.ts";
import { between } from "../range.ts";
import { quotient } from "../slope.ts";

/** y = sqrt(x); dy/dx = 1/(2y). */
export const Sqrt: Operator = {
  infer: sameAsInput,
  range: ([x]) => between(Math.sqrt(Math.max(0, x.low)), Math.sqrt(Math.max(0, x.high)), x.finite && x.low >= 0),
  gradient: ({ g, outputs: [y], cotangent }) => [quotient(g, cotangent, g.node("Add", [y, y]))],
};
