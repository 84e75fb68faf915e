// The linear support vector machine with hinge loss, bias free.

import { z } from "zod";
import type { SparseRows } from "../data/dataset.ts";
import type { Learner } from "./learner.ts";
import { compressedRows, linearModel, oneAgainstRest } from "./linearModel.ts";
import { rowCache } from "./rowCache.ts";
import { solveSmo } from "./smo.ts";

const options = z.strictObject({
  C: z.number().positive().default(1).describe("weight of the loss against 1/2 ||w||^2"),
  tolerance: z.number().positive().default(1e-4).describe("largest violation of the optimality conditions"),
});

/**
 * minimise 1/2 ||w||^2 + C sum_i max(0, 1 - y_i f(x_i)), f(x) = w . x + b, b not regularised.
 *
 * Solved in the dual by sequential minimal optimisation in float64; several classes one against the rest.
 */
export const svmLinear: Learner<z.infer<typeof options>> = {
  name: "svm-linear",
  summary: "linear support vector machine, hinge loss",
  options,
  complexities: { high: { C: 100 }, low: { C: 0.01 } },
  capabilities: { differentiable: true, affine: true, sparse: true },
  reference: "Demontis et al. 2019, section 4.1; objective as in scikit-learn's SVC(kernel='linear')",
  async fit(data, { C, tolerance }, context) {
    const rows = compressedRows(data);
    const products = rowCache(rows.rows, (i) => rowProducts(rows, i));
    const diagonal = squaredNorms(rows);
    const solved = await oneAgainstRest(data, (y) => {
      const bound = new Float64Array(rows.rows).fill(C);
      const solution = solveSmo({ y, bound, diagonal, kernelRow: products, tolerance, maxIterations: 10_000_000 });
      const weights = weightsOf(rows, y, solution.alpha);
      const primal = primalObjective(rows, y, weights, solution.bias, C);
      return { ...solution, weights, primal };
    });
    context.onProgress?.(1);
    const sum = (f: (solution: (typeof solved)[number]) => number) =>
      solved.reduce((total, each) => total + f(each), 0);
    return {
      model: linearModel(solved, data),
      training: {
        objective: sum(({ primal }) => primal),
        dualityGap: sum(({ primal, objective }) => primal + objective),
        supportVectors: sum(({ alpha }) => alpha.reduce((count, a) => count + (a > 0 ? 1 : 0), 0)),
        iterations: sum(({ iterations }) => iterations),
      },
    };
  },
};

/** x_i . x_j for all j: row i is spread out once, so that only entries of the other rows are visited. */
function rowProducts(x: SparseRows, i: number): Float64Array {
  const spread = new Float64Array(x.columns);
  for (let k = x.start[i]; k < x.start[i + 1]; k++) spread[x.index[k]] = x.value[k];
  const products = new Float64Array(x.rows);
  for (let j = 0; j < x.rows; j++) {
    let sum = 0;
    for (let k = x.start[j]; k < x.start[j + 1]; k++) sum += x.value[k] * spread[x.index[k]];
    products[j] = sum;
  }
  return products;
}

function squaredNorms(x: SparseRows): Float64Array {
  const norms = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) {
    for (let k = x.start[i]; k < x.start[i + 1]; k++) norms[i] += x.value[k] * x.value[k];
  }
  return norms;
}

/** w = sum_i alpha_i y_i x_i. */
function weightsOf(x: SparseRows, y: Float64Array, alpha: Float64Array): Float64Array {
  const weights = new Float64Array(x.columns);
  for (let i = 0; i < x.rows; i++) {
    if (alpha[i] === 0) continue;
    for (let k = x.start[i]; k < x.start[i + 1]; k++) weights[x.index[k]] += alpha[i] * y[i] * x.value[k];
  }
  return weights;
}

function primalObjective(x: SparseRows, y: Float64Array, weights: Float64Array, bias: number, C: number): number {
  let value = 0;
  for (const w of weights) value += (w * w) / 2;
  for (let i = 0; i < x.rows; i++) {
    let f = bias;
    for (let k = x.start[i]; k < x.start[i + 1]; k++) f += x.value[k] * weights[x.index[k]];
    value += C * Math.max(0, 1 - y[i] * f);
  }
  return value;
}
