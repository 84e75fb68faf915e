// The models that `fit.py` wrote, as ONNX graphs: the same numbers that the peers attack.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataset, tensor } from "@carom/core";
import { openNpz } from "@carom/core/data";
import { modelFromGraph } from "@carom/core/models";
import { GraphBuilder, modelOf } from "@carom/core/onnx";
// Not public: users fit models, they do not assemble them.
import { kernelModel } from "../../../packages/core/dist/learners/kernelModel.js";

/** The arrays of an .npz file by name. @returns {Record<string, any>} */
export function readArrays(/** @type {string} */ folder, /** @type {string} */ name) {
  const archive = openNpz(readFileSync(join(folder, `${name}.npz`)), name);
  return Object.fromEntries(archive.names.map((each) => [each, archive.read(each)]));
}

/** A linear function, a kernel expansion or a network, told apart by the arrays it has; f becomes scores (-f, f). */
export function readClassifier(/** @type {string} */ folder, /** @type {string} */ name) {
  const arrays = readArrays(folder, name);
  if (arrays.vectors) return modelFromGraph(kernelExpansion(arrays));
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", 784]);
  g.output(arrays.weights ? linear(g, x, arrays) : network(g, x, arrays), "scores");
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

/** The graph that the learner svm-rbf writes, of other coefficients. */
function kernelExpansion({ vectors, coefficients, bias, gamma }) {
  const rows = dataset({
    features: vectors,
    labels: Array.from(coefficients.data, (each) => Number(each > 0)),
    domain: [0, 1],
  });
  return kernelModel([{ beta: Float64Array.from(coefficients.data), bias: bias.data[0] }], gamma.data[0], rows);
}

function network(/** @type {GraphBuilder} */ g, /** @type {string} */ x, /** @type {Record<string, any>} */ arrays) {
  let value = x;
  for (let i = 0; arrays[`w${i}`]; i++) {
    if (i > 0) value = g.node("Relu", [value]);
    value = g.node("Gemm", [value, g.constant(arrays[`w${i}`]), g.constant(arrays[`b${i}`])]);
  }
  return value;
}
