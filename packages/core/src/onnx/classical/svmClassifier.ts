import { InputError } from "../../errors.ts";
import { tensor } from "../../tensor.ts";
import type { GraphBuilder } from "../builder.ts";
import type { Node } from "../graph.ts";
import { describeNode, nodeError } from "../operator.ts";
import { kernel } from "./kernel.ts";
import { classCount, type Lowering, matrix, numbers, rowsInput } from "./lowering.ts";
import { couple, MOST_COUPLED } from "./pairwiseCoupling.ts";
import { transform, transformOfTwo } from "./transform.ts";

/**
 * Support vector machines: one of each pair of classes with vectors, one per class without.
 *
 * Scores are the values of the machines. With `prob_a` and `prob_b` they are probabilities: of pairs by Platt's
 * sigmoids (1999), of classes by coupling those (Wu, Lin and Weng, 2004). Its label, a vote of the machines, is not
 * computed.
 */
export const SVMClassifier: Lowering = (g, node) => [undefined, scoresOf(g, node)];

function scoresOf(g: GraphBuilder, node: Node): string {
  const classes = classCount(node);
  const perClass = numbers(node, "vectors_per_class");
  if (perClass.length > 0 && (perClass.length !== classes || perClass.some((size) => !(size >= 0)))) {
    throw nodeError(node, `${classes} counts in vectors_per_class`, `[${perClass.slice(0, 12)}]`);
  }
  const hasProbabilities = numbers(node, "prob_a").length > 0;
  const scores = perClass.length > 0 ? ofPairs(g, node, perClass) : ofClasses(g, node, classes);
  if (hasProbabilities) {
    if (perClass.length === 0) throw nodeError(node, "vectors_per_class beside prob_a", "none");
    if (classes > MOST_COUPLED) throw tooManyClasses(node, classes);
    return transform(g, node, couple(g, platt(g, node, scores), perClass.length));
  }
  if (g.type(scores).shape[1] !== 1) return transform(g, node, scores);
  if (classes !== 2) throw nodeError(node, "labels of two classes", `${classes}`);
  return transformOfTwo(g, node, scores, true);
}

/** Values of the machines of pairs i < j: the vectors of i by row j - 1 of the coefficients, those of j by row i. */
function ofPairs(g: GraphBuilder, node: Node, perClass: readonly number[]): string {
  const [x, features] = rowsInput(g, node);
  const count = perClass.reduce((sum, size) => sum + size, 0);
  const coefficients = numbers(node, "coefficients");
  const vectors = numbers(node, "support_vectors");
  if (vectors.length !== count * features || coefficients.length !== count * (perClass.length - 1)) {
    throw nodeError(node, `${count} support vectors of ${features} features`, `${vectors.length} numbers`);
  }
  const machines = (perClass.length * (perClass.length - 1)) / 2;
  if (numbers(node, "rho").length !== machines) throw nodeError(node, `${machines} numbers in rho`, "others");
  const starts = perClass.map((_, k) => perClass.slice(0, k).reduce((sum, size) => sum + size, 0));
  const pairs = perClass.flatMap((_, i) => perClass.slice(i + 1).map((_, j) => [i, i + 1 + j] as const));
  const weights = new Float32Array(count * pairs.length);
  pairs.forEach(([i, j], p) => {
    for (const [own, row] of [
      [i, j - 1],
      [j, i],
    ]) {
      for (let v = starts[own]; v < starts[own] + perClass[own]; v++) {
        weights[v * pairs.length + p] = coefficients[row * count + v];
      }
    }
  });
  const values = kernel(g, node, x, vectors, [count, features]);
  const sums = g.node("Gemm", [values, g.constant(tensor("float32", [count, pairs.length], weights))]);
  return g.node("Add", [sums, matrix(g, node, "rho", [1, pairs.length])]);
}

/** Values of one machine per class, given by its weights; all have the first threshold, as the runtime has it. */
function ofClasses(g: GraphBuilder, node: Node, classes: number): string {
  const [x, features] = rowsInput(g, node);
  const coefficients = numbers(node, "coefficients");
  if (coefficients.length !== classes * features) {
    throw nodeError(node, `${classes} x ${features} numbers in coefficients`, `${coefficients.length}`);
  }
  const [rho = 0] = numbers(node, "rho");
  const values = kernel(g, node, x, coefficients, [classes, features]);
  return g.node("Add", [values, g.scalar(rho, values)]);
}

/** The least probability of a class in a pair. */
const LEAST = 1e-7;

/** The probability of the first class of each pair: 1 / (1 + exp(a s + b)). */
function platt(g: GraphBuilder, node: Node, scores: string): string {
  const pairs = numbers(node, "rho").length;
  const [a, b] = ["prob_a", "prob_b"].map((name) => matrix(g, node, name, [1, pairs]));
  const exponent = g.node("Add", [g.node("Mul", [scores, a]), b]);
  const probability = g.node("Sigmoid", [g.node("Neg", [exponent])]);
  return g.node("Clip", [probability, g.scalar(LEAST, scores), g.scalar(1 - LEAST, scores)]);
}

function tooManyClasses(node: Node, classes: number): InputError {
  return new InputError("unsupported", `probabilities at node ${describeNode(node)}`, {
    expected: `at most ${MOST_COUPLED} classes, to be differentiated`,
    got: `${classes}`,
    remedy: "export the decision function in place of probabilities",
  });
}
