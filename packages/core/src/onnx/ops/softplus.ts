import { type Operator, sameAsInput } from "../operator.ts";

/** y = log(1 + e^x); dy/dx = sigmoid(x). */
export const Softplus: Operator = {
  infer: sameAsInput,
  gradient: ({ g, inputs: [x], cotangent }) => [g.node("Mul", [cotangent, g.node("Sigmoid", [x])])],
};
