// The ONNX model of a Gaussian kernel machine, in standard operators, so that it can be differentiated.

import type { Dataset } from "../data/dataset.ts";
import { isSparse, takeSparseRows } from "../data/sparse.ts";
import { dot } from "../linalg.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import { gatherRows, reshape, rowSize, type Tensor, tensor } from "../tensor.ts";
import { flatInput } from "./input.ts";
import { centredRows } from "./solvers/centredRows.ts";
import { overColumns, usedColumns } from "./solvers/sparseProducts.ts";

/** f(x) = sum_i beta_i exp(-gamma ||x - x_i||^2) + bias over the training rows x_i. */
interface KernelFunction {
  readonly beta: Float64Array;
  readonly bias: number;
}

/**
 * The model whose scores are the given functions, one per class.
 *
 * One function f alone is a binary decision function, positive for class 1; its scores are (-f, f). Distances are
 * ||x||^2 - 2 x . z + ||z||^2, never below zero. Dense x and z are first moved by the mean of the support vectors z,
 * which leaves less to cancel in float32; of sparse ones x . z needs the columns alone that some z uses.
 */
export function kernelModel(functions: readonly KernelFunction[], gamma: number, data: Dataset): OnnxModel {
  const support = Int32Array.from(functions[0].beta.keys()).filter((i) => functions.some(({ beta }) => beta[i] !== 0));
  const g = new GraphBuilder();
  const x = flatInput(g, data);
  const { vectors, norms, shifted, compared } = isSparse(data.features)
    ? overUsedColumns(g, x, takeSparseRows(data.features, support))
    : aboutTheirMean(g, x, gatherRows(reshape(data.features, [data.labels.length, rowSize(data.features)]), support));
  const z = g.initializer("supportVectors", vectors);
  const m = norms.length;
  const zz = g.initializer("squaredNorms", tensor("float32", [m], norms));
  const products = g.node("Gemm", [compared, z, zz], { transB: { int: 1 }, alpha: { float: -2 } });
  const squared = g.node("ReduceSumSquare", [shifted, g.ints([1])], { keepdims: { int: 1 } });
  const distances = g.node("Max", [g.node("Add", [products, squared]), g.scalar(0, x)]);
  const kernel = g.node("Exp", [g.node("Mul", [distances, g.scalar(-gamma, x)])]);
  const perClass = functions.length === 1 ? [negate(functions[0]), functions[0]] : functions;
  const k = perClass.length;
  const beta = new Float32Array(m * k);
  for (let i = 0; i < m; i++) for (let j = 0; j < k; j++) beta[i * k + j] = perClass[j].beta[support[i]];
  const bias = Float32Array.from(perClass, (f) => f.bias);
  const weights = g.initializer("dualCoefficients", tensor("float32", [m, k], beta));
  g.output(g.node("Gemm", [kernel, weights, g.initializer("bias", tensor("float32", [k], bias))]), "scores");
  return modelOf(g.graph());
}

interface Compared {
  readonly vectors: Tensor<"float32">;
  /** The squared norm of each vector. */
  readonly norms: Float32Array;
  /** The value whose squared norm is that of x. */
  readonly shifted: string;
  /** The value to multiply with the vectors. */
  readonly compared: string;
}

function aboutTheirMean(g: GraphBuilder, x: string, { data, shape }: Tensor<"float32" | "float64">): Compared {
  const [m, d] = shape;
  const { vectors, centre, norms } = centredRows(data, d);
  const shifted = g.node("Sub", [x, g.initializer("centre", tensor("float32", [d], centre))]);
  return { vectors: tensor("float32", [m, d], vectors), norms, shifted, compared: shifted };
}

function overUsedColumns(g: GraphBuilder, x: string, rows: Parameters<typeof usedColumns>[0]): Compared {
  const columns = usedColumns(rows);
  const { index } = overColumns(rows, columns);
  const width = columns.length;
  // Written out at once in float32: in float64 they would fill three times the memory on the way.
  const data = new Float32Array(rows.rows * width);
  for (let i = 0; i < rows.rows; i++) {
    for (let k = rows.start[i]; k < rows.start[i + 1]; k++) data[i * width + index[k]] = rows.value[k];
  }
  const vectors = tensor("float32", [rows.rows, width], data);
  const norms = Float32Array.from({ length: rows.rows }, (_, i) => {
    const row = data.subarray(i * width, (i + 1) * width);
    return dot(row, row);
  });
  return {
    vectors,
    norms,
    shifted: x,
    compared: g.node("Gather", [x, g.ints(Array.from(columns))], { axis: { int: 1 } }),
  };
}

function negate({ beta, bias }: KernelFunction): KernelFunction {
  return { beta: beta.map((value) => -value), bias: -bias };
}
