// Kernel matrices between the rows of a training set, computed piece by piece: they need not fit in memory.

import type { Dataset, SparseRows } from "../data/dataset.ts";
import { addScaled } from "../linalg.ts";
import type { Runtime } from "../models/runtime.ts";
import { productsOf, productsOfSparse } from "./innerProducts.ts";
import { rowCache } from "./rowCache.ts";
import { addRows, rowsTimes } from "./sparseProducts.ts";

/** The symmetric matrix K_ij = k(x_i, x_j) of n training rows. */
export interface KernelMatrix {
  /** K[a, b], row-major. */
  block(a: Int32Array, b: Int32Array): Promise<Float64Array>;
  /** sum_i c_i K[rows_i, :], of length n. */
  combine(rows: Int32Array, c: Float64Array): Promise<Float64Array>;
  release(): Promise<void>;
}

/** k(x, z) = x . z. Combinations of rows go by way of the weights X^T c, so that no row of K is ever needed. */
export async function linearKernel(x: SparseRows, runtime: Runtime): Promise<KernelMatrix> {
  const products = await productsOfSparse(x, runtime);
  return {
    block: (a, b) => products.between(a, b),
    async combine(rows, c) {
      const coefficients = new Float64Array(x.rows);
      for (let i = 0; i < rows.length; i++) coefficients[rows[i]] += c[i];
      return rowsTimes(x, addRows(x, coefficients, new Float64Array(x.columns)));
    },
    release: () => products.release(),
  };
}

/** Entries of K that are computed at a time: 16 MB of them. */
const BLOCK = 2 ** 21;

/**
 * k(x, z) = exp(-gamma ||x - z||^2), with ||x - z||^2 = ||x||^2 + ||z||^2 - 2 x . z in float64.
 *
 * Rows of K are computed in blocks when first asked for and kept within `cacheBytes`.
 */
export async function rbfKernel(
  features: Dataset["features"],
  gamma: number,
  cacheBytes: number,
  runtime: Runtime,
): Promise<KernelMatrix> {
  const products = await productsOf(features, runtime);
  const { size, squaredNorms } = products;
  const all = Int32Array.from({ length: size }, (_, i) => i);
  const exponential = (values: Float64Array, a: Int32Array, b: Int32Array) => {
    for (let i = 0, at = 0; i < a.length; i++) {
      const norm = squaredNorms[a[i]];
      for (let j = 0; j < b.length; j++, at++) {
        const squared = norm + squaredNorms[b[j]] - 2 * values[at];
        values[at] = squared > 0 ? Math.exp(-gamma * squared) : 1;
      }
    }
    return values;
  };
  const cache = rowCache(size, cacheBytes);
  const height = Math.max(1, Math.floor(BLOCK / size));
  return {
    block: async (a, b) => exponential(await products.between(a, b), a, b),
    async combine(rows, c) {
      const sum = new Float64Array(size);
      const missing: number[] = [];
      cache.begin(rows);
      for (let i = 0; i < rows.length; i++) {
        const row = cache.get(rows[i]);
        if (row) addScaled(sum, c[i], row);
        else missing.push(i);
      }
      for (let from = 0; from < missing.length; from += height) {
        const part = missing.slice(from, from + height);
        const chosen = Int32Array.from(part, (i) => rows[i]);
        const block = exponential(await products.between(chosen), chosen, all);
        part.forEach((i, k) => {
          const row = block.subarray(k * size, (k + 1) * size);
          addScaled(sum, c[i], row);
          cache.offer(rows[i], row);
        });
      }
      return sum;
    },
    release: () => products.release(),
  };
}
