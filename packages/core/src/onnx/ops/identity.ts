import { sameElements } from "../dataPropagation.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { sameRange } from "../range.ts";

/** y = x. */
export const Identity: Operator = {
  infer: sameAsInput,
  propagate: sameElements,
  range: sameRange,
  gradient: ({ cotangent }) => [cotangent],
};
