// Kernel matrices between the rows of a training set, computed piece by piece: they need not fit in memory.

import { type Features, isSparse, takeSparseRows } from "../../data/sparse.ts";
import { addScaled, dot } from "../../linalg.ts";
import type { Runtime } from "../../models/runtime.ts";
import { gatherRows } from "../../tensor.ts";
import { gaussian } from "./gaussian.ts";
import { type InnerProducts, productsOf, productsOfRows } from "./innerProducts.ts";
import { addTo, type LinearRows, takeLinear, times } from "./linearRows.ts";
import { type RowCache, rowCache } from "./rowCache.ts";

/** More rows than this are not solved for at once; their kernel rows are needed rarely, and not kept. */
export const MANY = 16_384;

/** The symmetric matrix K_ij = k(x_i, x_j) of n training rows. */
export interface KernelMatrix {
  /** K[a, b], row-major. */
  block(a: Int32Array, b: Int32Array): Promise<Float64Array>;
  /** sum_i c_i K[rows_i, :], of length n. */
  combine(rows: Int32Array, c: Float64Array): Promise<Float64Array>;
  /** K[rows, rows] as a kernel matrix of its own. */
  over(rows: Int32Array): Promise<KernelMatrix>;
  /** The rows of K that are kept, where any are. */
  readonly rows?: RowCache;
  release(): Promise<void>;
}

/** One of which rows are computed to be kept, and whose diagonal is known. */
export interface KeptKernel extends KernelMatrix {
  readonly diagonal: Float64Array;
  /** Hands over the rows K[i, :] of some i, one after the other, to be read before the next. */
  forEachRow(rows: Int32Array, visit: (row: Float64Array, k: number) => void): Promise<void>;
}

export function areKept(kernel: KernelMatrix): kernel is KeptKernel {
  return "forEachRow" in kernel;
}

/** k(x, z) = x . z. Combinations of rows go by way of the weights X^T c, so that no row of K is ever needed. */
export async function linearKernel(x: LinearRows, runtime: Runtime): Promise<KernelMatrix> {
  // Combinations do without: of a kernel that is left behind by a refit, no block is needed.
  let products: Promise<InnerProducts> | undefined;
  return {
    block: async (a, b) => (await (products ??= productsOfRows(x, runtime))).between(a, b),
    async combine(rows, c) {
      const coefficients = new Float64Array(x.rows);
      for (let i = 0; i < rows.length; i++) coefficients[rows[i]] += c[i];
      return times(x, addTo(x, coefficients, new Float64Array(x.columns)));
    },
    over: (rows) => linearKernel(takeLinear(x, rows), runtime),
    release: async () => (await products)?.release(),
  };
}

/** The rows of a kernel matrix that differs from the one wanted in the rows and columns `changed` alone. */
export interface KnownRows {
  readonly rows: RowCache;
  readonly changed: Int32Array;
}

/** Entries of K that are computed at a time: 16 MB of them. */
const BLOCK = 2 ** 21;
/** Rows and columns of such a block. */
const SIDE = 1448;

/**
 * k(x, z) = exp(-gamma ||x - z||^2), with ||x - z||^2 = ||x||^2 + ||z||^2 - 2 x . z in float64.
 *
 * Rows of K are computed in blocks when first asked for and kept within `cacheBytes`. Known ones are copied, and made
 * right where they have changed.
 */
export async function rbfKernel(
  features: Features,
  gamma: number,
  cacheBytes: number,
  runtime: Runtime,
  known?: KnownRows,
): Promise<KeptKernel> {
  const products = await productsOf(features, runtime);
  const { size, squaredNorms } = products;
  const all = Int32Array.from({ length: size }, (_, i) => i);
  const exponential = (values: Float64Array, a: Int32Array, b: Int32Array) => {
    const norms = b === all ? squaredNorms : Float64Array.from(b, (j) => squaredNorms[j]);
    gaussian(values, { rows: Float64Array.from(a, (i) => squaredNorms[i]), columns: norms }, gamma);
    return values;
  };
  const cache = rowCache(size, cacheBytes);
  let changedRows: Float64Array | undefined;
  const correctedRows = async ({ rows, changed }: KnownRows) => {
    const fresh = (changedRows ??= exponential(await products.between(changed), changed, all));
    return (i: number) => {
      const row = changed.includes(i) ? undefined : rows.get(i)?.slice();
      if (row) for (let k = 0; k < changed.length; k++) row[changed[k]] = fresh[k * size + i];
      return row;
    };
  };
  const height = Math.max(1, Math.floor(BLOCK / size));
  const forEachRow: KeptKernel["forEachRow"] = async (rows, visit) => {
    const missing: number[] = [];
    cache.begin(rows);
    const corrected = known && (await correctedRows(known));
    for (let k = 0; k < rows.length; k++) {
      let row = cache.get(rows[k]);
      if (!row && corrected) {
        row = corrected(rows[k]);
        if (row) cache.offer(rows[k], () => row as Float64Array);
      }
      if (row) visit(row, k);
      else missing.push(k);
    }
    for (let from = 0; from < missing.length; from += height) {
      const part = missing.slice(from, from + height);
      const chosen = Int32Array.from(part, (k) => rows[k]);
      const block = exponential(await products.between(chosen), chosen, all);
      part.forEach((k, at) => {
        const row = block.subarray(at * size, (at + 1) * size);
        visit(row, k);
        // A row that may be dropped alone is copied, so as not to hold its neighbours.
        cache.offer(rows[k], () => (cache.holdsAll ? row : row.slice()));
      });
    }
  };
  return {
    diagonal: new Float64Array(size).fill(1),
    forEachRow,
    block: async (a, b) => exponential(await products.between(a, b), a, b),
    async combine(rows, c) {
      const sum = new Float64Array(size);
      if (size > MANY) {
        for (let from = 0; from < rows.length; from += SIDE) {
          const chosen = rows.subarray(from, from + SIDE);
          for (let top = 0; top < size; top += SIDE) {
            const part = all.subarray(top, top + SIDE);
            const block = exponential(await products.between(part, chosen), part, chosen);
            for (let i = 0; i < part.length; i++) {
              sum[top + i] += dot(
                block.subarray(i * chosen.length, (i + 1) * chosen.length),
                c.subarray(from, from + SIDE),
              );
            }
          }
        }
        return sum;
      }
      await forEachRow(rows, (row, k) => addScaled(sum, c[k], row));
      return sum;
    },
    rows: cache,
    over: (rows) => rbfKernel(takeFeatures(features, rows), gamma, cacheBytes, runtime),
    release: () => products.release(),
  };
}

function takeFeatures(features: Features, rows: Int32Array): Features {
  return isSparse(features) ? takeSparseRows(features, rows) : gatherRows(features, rows);
}
