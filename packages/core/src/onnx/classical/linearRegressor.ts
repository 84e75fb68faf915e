import { intAttribute } from "../graph.ts";
import { type Lowering, matrix, numbers, rowsInput } from "./lowering.ts";
import { transform } from "./transform.ts";

/** Values x W^T + b. */
export const LinearRegressor: Lowering = (g, node) => {
  const [x, features] = rowsInput(g, node);
  const targets = intAttribute(node, "targets", 1);
  const products = g.node("Gemm", [x, matrix(g, node, "coefficients", [targets, features])], { transB: { int: 1 } });
  const intercepts = numbers(node, "intercepts");
  if (intercepts.length === 0) return transform(g, node, products);
  return transform(g, node, g.node("Add", [products, matrix(g, node, "intercepts", [1, targets], intercepts)]));
};
