import { tensor } from "../../tensor.ts";
import { stringAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

/** y = x (1 + erf(x/sqrt 2))/2, or x (1 + tanh(sqrt(2/pi) (x + .044715 x^3)))/2 (Hendrycks and Gimpel, 2016). */
export const Gelu: Rewrite = {
  since: 20,
  rewrite(node, context) {
    const [x] = node.inputs;
    const number = (value: number) => context.constant(tensor(context.float, [], [value]));
    const mul = (a: string, b: string) => context.node("Mul", [a, b]);
    const squashed = () => {
      if (stringAttribute(node, "approximate", "none") !== "tanh") {
        return context.node("Erf", [mul(x, number(Math.SQRT1_2))]);
      }
      const cubic = context.node("Add", [mul(mul(x, x), number(0.044715)), number(1)]);
      return context.node("Tanh", [mul(mul(x, cubic), number(Math.sqrt(2 / Math.PI)))]);
    };
    const weight = mul(context.node("Add", [squashed(), number(1)]), number(0.5));
    return { ...node, op: "Mul", inputs: [x, weight], attributes: {} };
  },
};
