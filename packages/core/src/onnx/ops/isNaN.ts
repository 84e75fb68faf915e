import { type Operator, zeroGradient } from "../operator.ts";

/** y = (x is no number), a truth value. */
export const IsNaN: Operator = {
  infer: ({ inputs: [x] }) => [{ type: "bool", shape: x!.shape }],
  gradient: zeroGradient,
};
