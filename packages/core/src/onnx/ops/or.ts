import { broadcastToBool } from "../broadcast.ts";
import { truth } from "../dataPropagation.ts";
import { type Operator, zeroGradient } from "../operator.ts";

/** y = (a or b), a truth value. */
export const Or: Operator = {
  required: 2,
  infer: broadcastToBool,
  propagate: truth((a, b) => a !== 0 || b !== 0),
  gradient: zeroGradient,
};
