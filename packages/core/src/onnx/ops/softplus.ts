import { type Operator, sameAsInput } from "../operator.ts";
import { within } from "../range.ts";
import { scaled } from "../slope.ts";

/** y = log(1 + e^x); dy/dx = sigmoid(x). */
export const Softplus: Operator = {
  infer: sameAsInput,
  range: within(0, Infinity),
  gradient: ({ g, inputs: [x], cotangent }) => [scaled(g, cotangent, g.node("Sigmoid", [x]))],
};
