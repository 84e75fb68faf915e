import type { GraphBuilder } from "../builder.ts";
import type { Node } from "../graph.ts";
import { nodeError } from "../operator.ts";
import { classCount, type Lowering, matrix, numbers, rowsInput } from "./lowering.ts";
import { transform, transformOfTwo } from "./transform.ts";

/**
 * Scores x W^T + b, and the label of the largest. One score for two classes is that of the second; the first gets what
 * is left of 1.
 *
 * There are as many scores as intercepts. Files declare fewer features than their machines were fitted to: then the
 * runtime takes the first coefficients, as many as it needs.
 */
export const LinearClassifier: Lowering = (g, node) => {
  const [x, features] = rowsInput(g, node);
  const coefficients = numbers(node, "coefficients");
  const intercepts = numbers(node, "intercepts");
  const outputs = intercepts.length || Math.max(1, Math.floor(coefficients.length / features));
  const weights = matrix(g, node, "coefficients", [outputs, features], coefficients.slice(0, outputs * features));
  const products = g.node("Gemm", [x, weights], { transB: { int: 1 } });
  const scores =
    intercepts.length === 0
      ? products
      : g.node("Add", [products, matrix(g, node, "intercepts", [1, outputs], intercepts)]);
  if (outputs > 1) return [labelAt(g, node, g.node("ArgMax", [scores], argMax)), transform(g, node, scores)];
  if (classCount(node) !== 2) throw nodeError(node, "a score per class, or one for two classes", "one score");
  const isSecond = g.node("Squeeze", [g.node("Greater", [scores, g.scalar(0, scores)]), g.ints([1])]);
  const place = g.node("Cast", [isSecond], { to: { int: 7 } });
  return [labelAt(g, node, place), transformOfTwo(g, node, scores, false)];
};

const argMax = { axis: { int: 1 }, keepdims: { int: 0 } };

/** The labels of places among the classes, where they are numbers. */
function labelAt(g: GraphBuilder, node: Node, places: string): string | undefined {
  const labels = numbers(node, "classlabels_ints");
  return labels.length === 0 ? undefined : g.node("Gather", [g.ints(labels), places]);
}
