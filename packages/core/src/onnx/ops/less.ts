import { broadcastToBool } from "../broadcast.ts";
import { type Operator, zeroGradient } from "../operator.ts";

/** y = (a < b), a truth value. */
export const Less: Operator = { infer: broadcastToBool, gradient: zeroGradient };
