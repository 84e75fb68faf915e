import { type Operator, sameAsInput, zeroGradient } from "../operator.ts";
import { within } from "../range.ts";

/** y = -1, 0 or 1: constant almost everywhere. */
export const Sign: Operator = {
  infer: sameAsInput,
  range: within(-1, 1),
  gradient: zeroGradient,
};
