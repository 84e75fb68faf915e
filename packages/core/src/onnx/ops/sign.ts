import { type Operator, sameAsInput, zeroGradient } from "../operator.ts";

/** y = -1, 0 or 1: constant almost everywhere. */
export const Sign: Operator = { infer: sameAsInput, gradient: zeroGradient };
