// Logistic regression, L2-regularised, bias free.

import { z } from "zod";
import type { SparseRows } from "../data/dataset.ts";
import type { Learner } from "./learner.ts";
import { compressedRows, linearModel, oneAgainstRest } from "./linearModel.ts";
import { type Evaluation, minimizeNewton } from "./newton.ts";

const options = z.strictObject({
  C: z.number().positive().default(1).describe("weight of the loss against 1/2 ||w||^2"),
  tolerance: z
    .number()
    .positive()
    .default(1e-8)
    .describe("norm of the gradient at which training stops, relative to the start"),
});

/**
 * minimise 1/2 ||w||^2 + C sum_i log(1 + exp(-y_i f(x_i))), f(x) = w . x + b, b not regularised.
 *
 * Solved by truncated Newton in float64; several classes one against the rest.
 */
export const logistic: Learner<z.infer<typeof options>> = {
  name: "logistic",
  summary: "logistic regression, L2-regularised",
  options,
  complexities: { high: { C: 10 }, low: { C: 1 } },
  capabilities: { differentiable: true, affine: true, sparse: true },
  reference: "Demontis et al. 2019, section 4.1; objective as in scikit-learn's LogisticRegression (lbfgs)",
  async fit(data, { C, tolerance }, context) {
    const rows = compressedRows(data);
    const solved = await oneAgainstRest(data, (y) => {
      const evaluate = logisticObjective(rows, y, C);
      const start = new Float64Array(rows.columns + 1);
      const scale = Math.hypot(...evaluate(start).gradient);
      return minimizeNewton(evaluate, start, { tolerance: tolerance * Math.max(scale, 1), maxIterations: 200 });
    });
    context.onProgress?.(1);
    const functions = solved.map(({ x }) => ({ weights: x.subarray(0, rows.columns), bias: x[rows.columns] }));
    return {
      model: linearModel(functions, data),
      training: {
        objective: solved.reduce((sum, { value }) => sum + value, 0),
        gradientNorm: Math.max(...solved.map(({ gradientNorm }) => gradientNorm)),
        iterations: solved.reduce((sum, { iterations }) => sum + iterations, 0),
      },
    };
  },
};

/**
 * The training objective as a function of (w, b), with y = -1 or +1.
 *
 * With s = sigmoid(-y f): gradient = w - C X^T (y s), Hessian = I + C X^T diag(s (1 - s)) X, where X has a column of
 * ones for b and I a zero at its place.
 */
export function logisticObjective(x: SparseRows, y: Float64Array, C: number): (theta: Float64Array) => Evaluation {
  const d = x.columns;
  return (theta) => {
    let value = 0;
    for (let j = 0; j < d; j++) value += theta[j] * theta[j];
    value /= 2;
    const f = decisionValues(x, theta);
    const slope = new Float64Array(x.rows);
    const curvature = new Float64Array(x.rows);
    for (let i = 0; i < x.rows; i++) {
      const m = y[i] * f[i];
      const e = Math.exp(-Math.abs(m));
      value += C * (Math.log1p(e) + Math.max(0, -m));
      const s = m >= 0 ? e / (1 + e) : 1 / (1 + e);
      slope[i] = -C * y[i] * s;
      curvature[i] = C * s * (1 - s);
    }
    const gradient = combineRows(x, slope);
    for (let j = 0; j < d; j++) gradient[j] += theta[j];
    const diagonal = new Float64Array(d + 1).fill(1);
    diagonal[d] = 1e-12;
    for (let i = 0; i < x.rows; i++) {
      for (let k = x.start[i]; k < x.start[i + 1]; k++) diagonal[x.index[k]] += curvature[i] * x.value[k] * x.value[k];
      diagonal[d] += curvature[i];
    }
    return {
      value,
      gradient,
      diagonal,
      hessianVector(v) {
        const image = decisionValues(x, v);
        for (let i = 0; i < image.length; i++) image[i] *= curvature[i];
        const product = combineRows(x, image);
        for (let j = 0; j < d; j++) product[j] += v[j];
        return product;
      },
    };
  };
}

/** X w + b for theta = (w, b). */
function decisionValues(x: SparseRows, theta: Float64Array): Float64Array {
  const { start, index, value } = x;
  const f = new Float64Array(x.rows);
  for (let i = 0; i < x.rows; i++) {
    let sum = theta[x.columns];
    for (let k = start[i]; k < start[i + 1]; k++) sum += value[k] * theta[index[k]];
    f[i] = sum;
  }
  return f;
}

/** (X^T c, sum c): the transpose of `decisionValues`. */
function combineRows(x: SparseRows, coefficients: Float64Array): Float64Array {
  const { start, index, value } = x;
  const sum = new Float64Array(x.columns + 1);
  for (let i = 0; i < x.rows; i++) {
    const c = coefficients[i];
    if (c === 0) continue;
    for (let k = start[i]; k < start[i + 1]; k++) sum[index[k]] += c * value[k];
    sum[x.columns] += c;
  }
  return sum;
}
