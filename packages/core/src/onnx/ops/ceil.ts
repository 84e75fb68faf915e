import { type Operator, sameAsInput, zeroGradient } from "../operator.ts";

/** y = the smallest integer that is not below x: constant almost everywhere. */
export const Ceil: Operator = { infer: sameAsInput, gradient: zeroGradient };
