import { type Operator, sameAsInput } from "../operator.ts";
import { between } from "../range.ts";
import { scaled } from "../slope.ts";

/** y = e^x; dy/dx = y. */
export const Exp: Operator = {
  infer: sameAsInput,
  range: ([x]) => between(Math.exp(x.low), Math.exp(x.high), x.finite && x.high <= LARGEST_EXPONENT),
  gradient: ({ g, outputs: [y], cotangent }) => [scaled(g, cotangent, y)],
};

/** Where e to the power of a number leaves float32. */
const LARGEST_EXPONENT = 88;
