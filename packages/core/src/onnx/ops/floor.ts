import { type Operator, sameAsInput, zeroGradient } from "../operator.ts";

/** y = the largest integer that is not above x: constant almost everywhere. */
export const Floor: Operator = { infer: sameAsInput, gradient: zeroGradient };
