import { reduceTo } from "../broadcast.ts";
import { type Operator, sameAsInput } from "../operator.ts";
import { scaled } from "../slope.ts";

/** y = x where x > 0, else slope x; the slope broadcasts to x. */
export const PRelu: Operator = {
  required: 2,
  infer: sameAsInput,
  gradient({ g, inputs: [x, slope], cotangent }) {
    const zero = g.scalar(0, x);
    const positive = g.node("Greater", [x, zero]);
    const dx = g.node("Where", [positive, cotangent, scaled(g, cotangent, slope)]);
    const dSlope = g.node("Where", [positive, zero, scaled(g, cotangent, x)]);
    return [dx, reduceTo(g, dSlope, slope)];
  },
};
