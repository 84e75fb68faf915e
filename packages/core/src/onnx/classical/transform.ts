// What classical operators do to their scores last, as ONNX Runtime computes it.

import type { GraphBuilder } from "../builder.ts";
import { type Node, stringAttribute } from "../graph.ts";
import { nodeError } from "../operator.ts";

/** Applies the node's `post_transform` to scores [N, K], K of 2 or more. */
export function transform(g: GraphBuilder, node: Node, scores: string): string {
  const name = stringAttribute(node, "post_transform", "NONE");
  switch (name) {
    case "NONE":
      return scores;
    case "SOFTMAX":
      return g.node("Softmax", [scores], { axis: { int: 1 } });
    case "LOGISTIC":
      return g.node("Sigmoid", [scores]);
    case "SOFTMAX_ZERO":
      return softmaxZero(g, scores);
    case "PROBIT":
      return probit(g, scores);
    default:
      throw nodeError(node, "post_transform NONE, SOFTMAX, LOGISTIC, SOFTMAX_ZERO or PROBIT", name);
  }
}

/** Scores this close to zero are zero to SOFTMAX_ZERO. */
const ZERO = 1e-7;

/** The softmax in which scores of zero stay zero: v exp(-max) in place of exp(v - max). */
function softmaxZero(g: GraphBuilder, scores: string): string {
  const axis = g.ints([1]);
  const highest = g.node("ReduceMax", [scores, axis]);
  const isZero = g.node("LessOrEqual", [g.node("Abs", [scores]), g.scalar(ZERO, scores)]);
  const ofZero = g.node("Mul", [scores, g.node("Exp", [g.node("Neg", [highest])])]);
  const weights = g.node("Where", [isZero, ofZero, g.node("Exp", [g.node("Sub", [scores, highest])])]);
  return g.node("Div", [weights, g.node("ReduceSum", [weights, axis])]);
}

/** The a of Winitzki's approximation of the inverse error function (2008). */
const WINITZKI = 0.147;

/**
 * The quantile of the normal distribution, sqrt(2) erf^-1(2 p - 1), by Winitzki's approximation as the runtime has it.
 */
function probit(g: GraphBuilder, p: string): string {
  const scalar = (value: number) => g.scalar(value, p);
  const mul = (a: string, b: string) => g.node("Mul", [a, b]);
  const y = g.node("Sub", [mul(p, scalar(2)), scalar(1)]);
  const log = g.node("Log", [mul(g.node("Sub", [scalar(1), y]), g.node("Add", [scalar(1), y]))]);
  const v = g.node("Add", [mul(log, scalar(0.5)), scalar(2 / (Math.PI * WINITZKI))]);
  const root = g.node("Sqrt", [g.node("Sub", [mul(v, v), mul(log, scalar(1 / WINITZKI))])]);
  const size = g.node("Sqrt", [g.node("Sub", [root, v])]);
  return mul(mul(g.node("Sign", [y]), size), scalar(Math.SQRT2));
}

/**
 * Scores of two classes from the one of the second.
 *
 * [-s, s] where values of either sign are left as they are, else [1 - s, s]; as the runtime has it, no transform but
 * the logistic does anything then.
 */
export function transformOfTwo(g: GraphBuilder, node: Node, score: string, isSigned: boolean): string {
  const name = stringAttribute(node, "post_transform", "NONE");
  if (name === "PROBIT") throw nodeError(node, "PROBIT of one score per class", "one score for two classes");
  const second = name === "LOGISTIC" ? g.node("Sigmoid", [score]) : score;
  const first = isSigned && name === "NONE" ? g.node("Neg", [score]) : g.node("Sub", [g.scalar(1, second), second]);
  return g.node("Concat", [first, second], { axis: { int: 1 } });
}
