import { elementwise, rounded } from "../dataPropagation.ts";
import { type Operator, sameAsInput, zeroGradient } from "../operator.ts";

/** y = the largest integer that is not above x: constant almost everywhere. */
export const Floor: Operator = {
  infer: sameAsInput,
  propagate: elementwise(rounded(Math.floor)),
  gradient: zeroGradient,
};
