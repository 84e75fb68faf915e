import { type Operator, sameAsInput } from "../operator.ts";
import { scaled } from "../slope.ts";

/** y = sin x; dy/dx = cos x. */
export const Sin: Operator = {
  infer: sameAsInput,
  gradient: ({ g, inputs: [x], cotangent }) => [scaled(g, cotangent, g.node("Cos", [x]))],
};
