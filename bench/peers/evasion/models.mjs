// The models that `fit.py` wrote, as ONNX graphs: the same numbers that the peers attack.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GraphBuilder, modelFromGraph, modelOf, openNpz, tensor } from "@carom/core";

/** The arrays of an .npz file by name. @returns {Record<string, any>} */
export function readArrays(/** @type {string} */ folder, /** @type {string} */ name) {
  const archive = openNpz(readFileSync(join(folder, `${name}.npz`)), name);
  return Object.fromEntries(archive.names.map((each) => [each, archive.read(each)]));
}

/** A linear function, a kernel expansion or a network, told apart by the arrays it has; f becomes scores (-f, f). */
export function readClassifier(/** @type {string} */ folder, /** @type {string} */ name) {
  const arrays = readArrays(folder, name);
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", 784]);
  const add = arrays.weights ? linear : arrays.vectors ? kernelExpansion : network;
  g.output(add(g, x, arrays), "scores");
  return modelFromGraph(modelOf(g.graph()));
}

/** Columns (-w, w). */
function bothSigns(/** @type {{ data: Float32Array }} */ { data }) {
  const columns = Float32Array.from({ length: 2 * data.length }, (_, i) => (i % 2 ? 1 : -1) * data[i >> 1]);
  return tensor("float32", data.length === 1 ? [2] : [data.length, 2], columns);
}

function linear(/** @type {GraphBuilder} */ g, /** @type {string} */ x, { weights, bias }) {
  return g.node("Gemm", [x, g.constant(bothSigns(weights)), g.constant(bothSigns(bias))]);
}

/** sum_i a_i exp(-gamma ||x - s_i||^2) + b, with ||x - s||^2 = ||x||^2 + ||s||^2 - 2 x . s. */
function kernelExpansion(/** @type {GraphBuilder} */ g, /** @type {string} */ x, { vectors, coefficients, bias, gamma }) {
  const [count, d] = vectors.shape;
  const squares = Float32Array.from({ length: count }, (_, i) =>
    vectors.data.subarray(i * d, (i + 1) * d).reduce((/** @type {number} */ sum, /** @type {number} */ v) => sum + v * v, 0),
  );
  const products = g.node("Gemm", [x, g.constant(vectors), g.constant(tensor("float32", [count], squares))], {
    transB: { int: 1 },
    alpha: { float: -2 },
  });
  const distances = g.node("Add", [products, g.node("ReduceSumSquare", [x, g.ints([1])])]);
  const kernel = g.node("Exp", [g.node("Mul", [distances, g.scalar(-gamma.data[0], x)])]);
  return g.node("Gemm", [kernel, g.constant(bothSigns(coefficients)), g.constant(bothSigns(bias))]);
}

function network(/** @type {GraphBuilder} */ g, /** @type {string} */ x, /** @type {Record<string, any>} */ arrays) {
  let value = x;
  for (let i = 0; arrays[`w${i}`]; i++) {
    if (i > 0) value = g.node("Relu", [value]);
    value = g.node("Gemm", [value, g.constant(arrays[`w${i}`]), g.constant(arrays[`b${i}`])]);
  }
  return value;
}
