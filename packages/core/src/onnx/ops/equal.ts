import { broadcastToBool } from "../broadcast.ts";
import { type Operator, zeroGradient } from "../operator.ts";

/** y = (a = b), a truth value. */
export const Equal: Operator = { infer: broadcastToBool, gradient: zeroGradient };
