import { type Operator, sameAsInput, zeroGradient } from "../operator.ts";

/** y = the nearest integer, of two the even one: constant almost everywhere. */
export const Round: Operator = { infer: sameAsInput, gradient: zeroGradient };
