import { type Operator, sameAsInput } from "../operator.ts";

/** y = x. */
export const Identity: Operator = {
  infer: sameAsInput,
  gradient: ({ cotangent }) => [cotangent],
};
