// Multinomial logistic regression: one linear function per class, trained together.

import { addSquares, addTo, type LinearRows, times } from "./solvers/linearRows.ts";
import type { Evaluation } from "./solvers/newton.ts";

/**
 * 1/2 ||W||^2 + sum_i weight_i (log sum_k exp f_k(x_i) - f_y(x_i)) as a function of (w_1, b_1, ..., w_K, b_K).
 *
 * With p the softmax of f: the gradient of function k sums weight (p_k - [y = k]) x, and the Hessian takes v to the
 * sums of weight p_k (v_k(x) - sum_l p_l v_l(x)) x. Biases that all shift alike change nothing.
 */
export function multinomialObjective(
  x: LinearRows,
  labels: Int32Array,
  weights: Float64Array,
  classes: number,
): (theta: Float64Array) => Evaluation {
  const { rows: n, columns: d } = x;
  const width = d + 1;
  const part = (theta: Float64Array, k: number) => theta.subarray(k * width, (k + 1) * width);
  /** For each class, the function values of all rows. */
  const apply = (theta: Float64Array) =>
    Array.from({ length: classes }, (_, k) => times(x, part(theta, k), theta[k * width + d]));
  /** For each class, X^T c and the sum of c. */
  const collect = (c: readonly Float64Array[], theta: Float64Array) => {
    const into = new Float64Array(classes * width);
    for (let k = 0; k < classes; k++) {
      const target = part(into, k);
      for (let i = 0; i < n; i++) target[d] += c[k][i];
      addTo(x, c[k], target);
      for (let j = 0; j < d; j++) target[j] += theta[k * width + j];
    }
    return into;
  };
  return (theta) => {
    const f = apply(theta);
    let value = 0;
    for (let k = 0; k < classes; k++) for (let j = 0; j < d; j++) value += theta[k * width + j] ** 2 / 2;
    const p = f.map(() => new Float64Array(n));
    const slope = f.map(() => new Float64Array(n));
    for (let i = 0; i < n; i++) {
      let largest = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < classes; k++) largest = Math.max(largest, f[k][i]);
      let total = 0;
      for (let k = 0; k < classes; k++) total += p[k][i] = Math.exp(f[k][i] - largest);
      value += weights[i] * (largest + Math.log(total) - f[labels[i]][i]);
      for (let k = 0; k < classes; k++) {
        p[k][i] /= total;
        slope[k][i] = weights[i] * (p[k][i] - (labels[i] === k ? 1 : 0));
      }
    }
    return {
      value,
      gradient: collect(slope, theta),
      hessianVector(v) {
        const image = apply(v);
        for (let i = 0; i < n; i++) {
          let mean = 0;
          for (let k = 0; k < classes; k++) mean += p[k][i] * image[k][i];
          for (let k = 0; k < classes; k++) image[k][i] = weights[i] * p[k][i] * (image[k][i] - mean);
        }
        return collect(image, v);
      },
      diagonal() {
        const diagonal = new Float64Array(classes * width);
        for (let k = 0; k < classes; k++) {
          const target = part(diagonal, k).fill(1);
          target[d] = 1e-12;
          const c = p[k].map((share, i) => weights[i] * share * (1 - share));
          addSquares(x, c, target);
          for (let i = 0; i < n; i++) target[d] += c[i];
        }
        return diagonal;
      },
      factor: undefined,
      factorCost: Number.POSITIVE_INFINITY,
    };
  };
}
