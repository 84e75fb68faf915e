import { ofNumbers } from "../dataPropagation.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { negative } from "../range.ts";

/** y = -x. */
export const Neg: Operator = {
  infer: sameAsInput,
  propagate: ofNumbers((x) => -x),
  range: ([x]) => negative(x),
  gradient: ({ g, cotangent }) => [g.node("Neg", [cotangent])],
};
