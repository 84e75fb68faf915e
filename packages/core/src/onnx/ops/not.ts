import { type Operator, sameAsInput, zeroGradient } from "../operator.ts";

/** y = not x. */
export const Not: Operator = { infer: sameAsInput, gradient: zeroGradient };
