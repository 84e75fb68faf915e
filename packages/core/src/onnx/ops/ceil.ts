import { elementwise, rounded } from "../dataPropagation.ts";
import { type Operator, sameAsInput, zeroGradient } from "../operator.ts";

/** y = the smallest integer that is not below x: constant almost everywhere. */
export const Ceil: Operator = {
  infer: sameAsInput,
  propagate: elementwise(rounded(Math.ceil)),
  gradient: zeroGradient,
};
