import { multiplyDims } from "../dim.ts";
import { type Operator, zeroGradient } from "../operator.ts";

/** y = the number of elements of x, an int64 scalar. */
export const Size: Operator = {
  infer: ({ inputs: [x] }) => [{ type: "int64", shape: [], content: [multiplyDims(...x!.shape)] }],
  gradient: zeroGradient,
};
