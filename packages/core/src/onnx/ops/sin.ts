import { type Operator, sameAsInput } from "../operator.ts";
import { within } from "../range.ts";
import { scaled } from "../slope.ts";

/** y = sin x; dy/dx = cos x. */
export const Sin: Operator = {
  infer: sameAsInput,
  range: within(-1, 1),
  gradient: ({ g, inputs: [x], cotangent }) => [scaled(g, cotangent, g.node("Cos", [x]))],
};
