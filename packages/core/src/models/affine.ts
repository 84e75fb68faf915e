// Whether the margins of a model are differences of affine functions of its input: then one step of ascent for each
// other class finds the optimum. And whether its scores are such functions, which sparse rows need not be written out
// for.

import { type Graph, intAttribute } from "../onnx/graph.ts";
import { logitsGraph } from "./margins.ts";
import type { Model } from "./model.ts";

const unary = new Set([
  "Identity",
  "Neg",
  "Reshape",
  "Flatten",
  "Transpose",
  "Squeeze",
  "Unsqueeze",
  "Cast",
  "ReduceSum",
  "ReduceMean",
]);
const products = new Set(["MatMul", "Gemm", "Mul", "Conv"]);
const sums = new Set(["Add", "Sub", "Concat"]);

/**
 * True where every operator between input and scores, or the logits of probabilities, is affine in what depends on the
 * input.
 */
export function isAffine(model: Model): boolean {
  if (!model.onnx) return false;
  const { graph } = model.onnx;
  return isAffineThrough(logitsGraph(model, model.scores ?? graph.outputs[0].name) ?? graph);
}

/** The same of the scores themselves, which probabilities are not; no number becomes a whole one on the way. */
export function hasAffineScores({ onnx }: Model): boolean {
  if (!onnx?.graph.nodes.every((node) => node.op !== "Cast" || REAL.has(intAttribute(node, "to", 0)))) return false;
  return isAffineThrough(onnx.graph);
}

/** ONNX's numbers of float32 and float64. */
const REAL = new Set([1, 11]);

function isAffineThrough({ inputs: from, nodes }: Graph): boolean {
  const dependent = new Set(from.map(({ name }) => name));
  for (const { op, inputs, outputs } of nodes) {
    const which = inputs.flatMap((name, i) => (dependent.has(name) ? [i] : []));
    if (which.length === 0) continue;
    const affine =
      sums.has(op) ||
      (unary.has(op) && which.every((i) => i === 0)) ||
      (products.has(op) && which.length === 1) ||
      (op === "Div" && which.length === 1 && which[0] === 0);
    if (!affine) return false;
    for (const output of outputs) dependent.add(output);
  }
  return true;
}
