import { broadcastToBool } from "../broadcast.ts";
import { truth } from "../dataPropagation.ts";
import { type Operator, zeroGradient } from "../operator.ts";

/** y = (a > b), a truth value. */
export const Greater: Operator = {
  required: 2,
  infer: broadcastToBool,
  propagate: truth((a, b) => a > b),
  gradient: zeroGradient,
};
