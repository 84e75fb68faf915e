import { broadcastFirstType, reduceTo } from "../broadcast.ts";
import type { Operator } from "../operator.ts";

/** y = the mean of the inputs. */
export const Mean: Operator = {
  required: "all",
  infer: broadcastFirstType,
  gradient({ g, inputs, cotangent }) {
    const share = g.node("Div", [cotangent, g.scalar(inputs.length, cotangent)]);
    return inputs.map((x) => reduceTo(g, share, x));
  },
};
