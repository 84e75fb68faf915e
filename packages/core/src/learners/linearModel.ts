// The ONNX model of a linear decision function, and the rows that linear learners work on.

import type { Dataset, SparseRows } from "../data/dataset.ts";
import { isSparse, sparseFromDense, toSparse } from "../data/sparse.ts";
import { assert } from "../errors.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import { tensor } from "../tensor.ts";
import { flatInput } from "./input.ts";

/** f(x) = weights . x + bias. */
export interface LinearFunction {
  readonly weights: Float64Array;
  readonly bias: number;
}

/**
 * The model whose scores are the given functions, one per class.
 *
 * One function f alone is a binary decision function, positive for class 1; its scores are (-f, f).
 */
export function linearModel(functions: readonly LinearFunction[], data: Dataset): OnnxModel {
  const perClass = functions.length === 1 ? [negate(functions[0]), functions[0]] : functions;
  assert(perClass.length === data.classNames.length, "one decision function per class");
  const [d, k] = [perClass[0].weights.length, perClass.length];
  const weights = new Float32Array(d * k);
  perClass.forEach((f, j) => {
    for (let i = 0; i < d; i++) weights[i * k + j] = f.weights[i];
  });
  const g = new GraphBuilder();
  const x = flatInput(g, data);
  const w = g.initializer("weights", tensor("float32", [d, k], weights));
  const b = g.initializer(
    "bias",
    tensor(
      "float32",
      [k],
      Float32Array.from(perClass, ({ bias }) => bias),
    ),
  );
  g.output(g.node("Gemm", [x, w, b]), "scores");
  return modelOf(g.graph());
}

function negate({ weights, bias }: LinearFunction): LinearFunction {
  return { weights: weights.map((w) => -w), bias: -bias };
}

/** The rows in compressed form; images are mostly zero, and so are the products with them. */
export function compressedRows(data: Dataset): SparseRows {
  return isSparse(data.features) ? toSparse(data) : sparseFromDense(data.features);
}

/**
 * Solves a task of K classes by binary problems: one problem for two classes (positive class 1), else one per class
 * against the rest.
 */
export async function oneAgainstRest<T>(data: Dataset, solve: (y: Float64Array) => T | Promise<T>): Promise<T[]> {
  const classes = data.classNames.length;
  const positives = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  const solved: T[] = [];
  for (const k of positives) {
    solved.push(await solve(Float64Array.from(data.labels, (label) => (label === k ? 1 : -1))));
  }
  return solved;
}
