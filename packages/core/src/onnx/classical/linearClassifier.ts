import { nodeError } from "../operator.ts";
import { classCount, type Lowering, matrix, numbers, rowsInput } from "./lowering.ts";
import { transform, transformOfTwo } from "./transform.ts";

/** Scores x W^T + b. One score for two classes is that of the second; the first gets what is left of 1. */
export const LinearClassifier: Lowering = (g, node) => {
  const [x, features] = rowsInput(g, node);
  const coefficients = numbers(node, "coefficients");
  const outputs = Math.floor(coefficients.length / features);
  const weights = matrix(g, node, "coefficients", [Math.max(1, outputs), features]);
  const products = g.node("Gemm", [x, weights], { transB: { int: 1 } });
  const intercepts = numbers(node, "intercepts");
  const scores =
    intercepts.length === 0
      ? products
      : g.node("Add", [products, matrix(g, node, "intercepts", [1, outputs], intercepts)]);
  if (outputs > 1) return transform(g, node, scores);
  if (classCount(node) !== 2) throw nodeError(node, "a score per class, or one for two classes", "one score");
  return transformOfTwo(g, node, scores, false);
};
