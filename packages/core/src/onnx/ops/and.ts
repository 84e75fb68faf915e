import { broadcastToBool } from "../broadcast.ts";
import { type Operator, zeroGradient } from "../operator.ts";

/** y = (a and b), a truth value. */
export const And: Operator = { infer: broadcastToBool, gradient: zeroGradient };
