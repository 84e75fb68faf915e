import type { GraphBuilder } from "../builder.ts";
import { stringAttribute } from "../graph.ts";
import type { Rewrite } from "./rewrite.ts";

export const Gelu: Rewrite = {
  since: 20,
  rewrite(g, node) {
    const isTanh = stringAttribute(node, "approximate", "none") === "tanh";
    return (isTanh ? geluByTanh : gelu)(g, node.inputs[0]);
  },
};

/** y = x (1 + erf(x/sqrt 2))/2 (Hendrycks and Gimpel, 2016). */
export function gelu(g: GraphBuilder, x: string): string {
  return halfOf(g, x, g.node("Erf", [g.node("Mul", [x, g.scalar(Math.SQRT1_2, x)])]));
}

/** y = x (1 + tanh(sqrt(2/pi) (x + .044715 x^3)))/2, which is nearly the same. */
export function geluByTanh(g: GraphBuilder, x: string): string {
  const square = g.node("Mul", [g.node("Mul", [x, x]), g.scalar(0.044715, x)]);
  const inner = g.node("Mul", [x, g.node("Add", [square, g.scalar(1, x)])]);
  return halfOf(g, x, g.node("Tanh", [g.node("Mul", [inner, g.scalar(Math.sqrt(2 / Math.PI), x)])]));
}

/** y = x sigmoid(alpha x). */
export function sigmoidal(g: GraphBuilder, x: string, alpha: number): string {
  return g.node("Mul", [x, g.node("Sigmoid", [g.node("Mul", [x, g.scalar(alpha, x)])])]);
}

/** x (1 + s) / 2. */
function halfOf(g: GraphBuilder, x: string, s: string): string {
  return g.node("Mul", [x, g.node("Mul", [g.node("Add", [s, g.scalar(1, x)]), g.scalar(0.5, x)])]);
}
