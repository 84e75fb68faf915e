import { type Operator, sameAsInput } from "../operator.ts";
import { divided } from "../slope.ts";

/** y = sqrt(x); dy/dx = 1/(2y). */
export const Sqrt: Operator = {
  infer: sameAsInput,
  gradient: ({ g, outputs: [y], cotangent }) => [divided(g, cotangent, g.node("Add", [y, y]))],
};
