import { type Operator, sameAsInput } from "../operator.ts";
import { scaled } from "../slope.ts";

/** y = x t, t = tanh(log(1 + e^x)); dy/dx = t + x (1 - t^2) sigmoid(x) (Misra, 2019). */
export const Mish: Operator = {
  infer: sameAsInput,
  gradient({ g, inputs: [x], cotangent }) {
    const t = g.node("Tanh", [g.node("Softplus", [x])]);
    const rise = g.node("Mul", [g.node("Sub", [g.scalar(1, x), g.node("Mul", [t, t])]), g.node("Sigmoid", [x])]);
    return [scaled(g, cotangent, g.node("Add", [t, g.node("Mul", [x, rise])]))];
  },
};
