import { intAttribute } from "../graph.ts";
import { nodeError, unsupportedNode } from "../operator.ts";
import { kernel } from "./kernel.ts";
import { type Lowering, matrix, numbers, rowsInput } from "./lowering.ts";
import { transform } from "./transform.ts";

/** Values sum_i c_i k(x, v_i) + rho; without support vectors k(x, c) + rho. */
export const SVMRegressor: Lowering = (g, node) => {
  const [x, features] = rowsInput(g, node);
  if (intAttribute(node, "one_class", 0) !== 0)
    throw unsupportedNode(node, "one_class of 0", "1, whose output is a sign");
  const coefficients = numbers(node, "coefficients");
  const vectors = numbers(node, "support_vectors");
  const count = vectors.length / features;
  if (!Number.isInteger(count) || coefficients.length < (count || features)) {
    throw nodeError(
      node,
      `support vectors of ${features} features, each with a coefficient`,
      `${vectors.length} numbers`,
    );
  }
  const [rho = 0] = numbers(node, "rho");
  const sums =
    count === 0
      ? kernel(g, node, x, coefficients.slice(0, features), [1, features])
      : g.node("Gemm", [
          kernel(g, node, x, vectors, [count, features]),
          matrix(g, node, "coefficients", [count, 1], coefficients.slice(0, count)),
        ]);
  return transform(g, node, g.node("Add", [sums, g.scalar(rho, sums)]));
};
