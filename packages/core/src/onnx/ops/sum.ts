import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";
import { rangeOfSum } from "../range.ts";

/** y = the sum of the inputs. */
export const Sum: Operator = {
  required: "all",
  infer: broadcastFirstType,
  range: rangeOfSum,
  gradient: ({ g, inputs, cotangent }) => inputs.map((x) => reduceTo(g, cotangent, x)),
};
