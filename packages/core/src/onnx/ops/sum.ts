import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";

/** y = the sum of the inputs. */
export const Sum: Operator = {
  infer: broadcastFirstType,
  gradient: ({ g, inputs, cotangent }) => inputs.map((x) => reduceTo(g, cotangent, x)),
};
