import { broadcastToBool } from "../broadcast.ts";
import { type Operator, zeroGradient } from "../operator.ts";

/** y = (a or b), a truth value. */
export const Or: Operator = { infer: broadcastToBool, gradient: zeroGradient };
