import { broadcastToBool } from "../broadcast.ts";
import { type Operator, zeroGradient } from "../operator.ts";

/** y = (either a or b), a truth value. */
export const Xor: Operator = { infer: broadcastToBool, gradient: zeroGradient };
