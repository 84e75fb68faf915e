// Whether the margins of a model are differences of affine functions of its input: then one step of ascent for each
// other class finds the optimum.

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
  const { inputs: from, nodes } = logitsGraph(model, model.scores ?? graph.outputs[0].name) ?? graph;
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
