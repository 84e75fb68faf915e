// Weights w = X^T u that rows span, beside a bias, with the products that u alone would take again and again.

import { addScaled } from "../../linalg.ts";
import { inner } from "./growingRows.ts";

/** X^T u and a number for the bias; with K = X X^T. */
export interface SpannedWeights {
  readonly u: Float64Array;
  /** K u. */
  readonly image: Float64Array;
  bias: number;
}

/** The inner product of two vectors of weights and bias. */
export function inProduct(a: SpannedWeights, b: SpannedWeights): number {
  return inner(a.u, b.image) + a.bias * b.bias;
}

export function length(a: SpannedWeights): number {
  return Math.sqrt(Math.max(0, inProduct(a, a)));
}

export function scaled({ u, image, bias }: SpannedWeights, by: number): SpannedWeights {
  return { u: u.map((value) => value * by), image: image.map((value) => value * by), bias: bias * by };
}

/** into += scale a, in place. */
export function add(into: SpannedWeights, scale: number, a: SpannedWeights): void {
  addScaled(into.u, scale, a.u);
  addScaled(into.image, scale, a.image);
  into.bias += scale * a.bias;
}

/** The product of a square matrix with a vector; four sums at a time keep the processor busy. */
export function squareTimes(matrix: Float64Array, v: Float64Array): Float64Array {
  const n = v.length;
  const product = new Float64Array(n);
  let i = 0;
  for (; i + 3 < n; i += 4) {
    const [a, b, c, d] = [i * n, (i + 1) * n, (i + 2) * n, (i + 3) * n];
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let k = 0; k < n; k++) {
      const value = v[k];
      s0 += matrix[a + k] * value;
      s1 += matrix[b + k] * value;
      s2 += matrix[c + k] * value;
      s3 += matrix[d + k] * value;
    }
    product[i] = s0;
    product[i + 1] = s1;
    product[i + 2] = s2;
    product[i + 3] = s3;
  }
  for (; i < n; i++) for (let k = 0; k < n; k++) product[i] += matrix[i * n + k] * v[k];
  return product;
}
