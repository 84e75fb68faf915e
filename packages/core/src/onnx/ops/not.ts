import { ofNumbers } from "../dataPropagation.ts";
import { type Operator, sameAsInput, zeroGradient } from "../operator.ts";

/** y = not x. */
export const Not: Operator = {
  infer: sameAsInput,
  propagate: ofNumbers((x) => 1 - x),
  gradient: zeroGradient,
};
