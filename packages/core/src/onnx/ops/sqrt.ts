import { type Operator, sameAsInput } from "../operator.ts";

/** y = sqrt(x); dy/dx = 1/(2y). */
export const Sqrt: Operator = {
  infer: sameAsInput,
  gradient: ({ g, outputs: [y], cotangent }) => [g.node("Div", [cotangent, g.node("Add", [y, y])])],
};
