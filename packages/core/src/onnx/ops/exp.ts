import { type Operator, sameAsInput } from "../operator.ts";
import { scaled } from "../slope.ts";

/** y = e^x; dy/dx = y. */
export const Exp: Operator = {
  infer: sameAsInput,
  gradient: ({ g, outputs: [y], cotangent }) => [scaled(g, cotangent, y)],
};
