import { type Operator, sameAsInput } from "../operator.ts";
import { scaled } from "../slope.ts";

/** y = x (x + 3)/6 between -3 and 3, else max(x, 0); dy/dx = x/3 + 1/2 between (Howard and others, 2019). */
export const HardSwish: Operator = {
  infer: sameAsInput,
  gradient({ g, inputs: [x], cotangent }) {
    const three = g.scalar(3, x);
    const inside = g.node("Less", [g.node("Abs", [x]), three]);
    const slope = g.node("Add", [g.node("Div", [x, three]), g.scalar(0.5, x)]);
    const outside = g.node("CastLike", [g.node("Greater", [x, g.scalar(0, x)]), x]);
    return [scaled(g, cotangent, g.node("Where", [inside, slope, outside]))];
  },
};
