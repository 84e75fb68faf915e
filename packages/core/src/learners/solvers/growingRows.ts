// Training rows to which further ones are added, dense and few, while the first ones stay compressed.

import type { Dataset } from "../../data/dataset.ts";
import type { SparseRows } from "../../data/sparse.ts";
import { isSparse, sparseFromDense, takeSparseRows } from "../../data/sparse.ts";
import { addScaled, concatenate } from "../../linalg.ts";
import { addRows, rowsTimes, squaredNorms } from "./sparseProducts.ts";

/** N rows of D columns: `base`, then `added`. A row that is added or moved makes a new value. */
export interface GrowingRows {
  readonly base: SparseRows;
  readonly added: readonly Float64Array[];
}

/** The rows of a dataset. */
export function growingRows({ features }: Dataset): GrowingRows {
  return { base: isSparse(features) ? features : sparseFromDense(features), added: [] };
}

/** N. */
export function countRows({ base, added }: GrowingRows): number {
  return base.rows + added.length;
}

/** X w + bias, [N]. */
export function times({ base, added }: GrowingRows, w: Float64Array, bias = 0): Float64Array {
  const d = base.columns;
  const product = new Float64Array(base.rows + added.length);
  product.set(rowsTimes(base, w, bias));
  const own = w.length === d ? w : w.subarray(0, d);
  added.forEach((row, i) => {
    product[base.rows + i] = bias + inner(row, own);
  });
  return product;
}

/** X^T c, added to the first D numbers of `into`. */
export function combine({ base, added }: GrowingRows, c: Float64Array, into: Float64Array): Float64Array {
  addRows(base, c, into);
  const own = into.length === base.columns ? into : into.subarray(0, base.columns);
  added.forEach((row, i) => {
    if (c[base.rows + i] !== 0) addScaled(own, c[base.rows + i], row);
  });
  return into;
}

/** ||x_i||^2 of each row. */
export function squaredLengths({ base, added }: GrowingRows): Float64Array {
  return concatenate(
    squaredNorms(base),
    Float64Array.from(added, (row) => inner(row, row)),
  );
}

/** The chosen rows, ascending. */
export function takeGrowing({ base, added }: GrowingRows, chosen: Int32Array): GrowingRows {
  return {
    base: takeSparseRows(
      base,
      chosen.filter((i) => i < base.rows),
    ),
    added: added.filter((_, i) => chosen.includes(base.rows + i)),
  };
}

/** The rows in one block with their zeros written out, [N, D + ones], the last column 1 where `ones` is. */
export function writtenOut({ base, added }: GrowingRows, ones: 0 | 1): Float64Array {
  const width = base.columns + ones;
  const data = new Float64Array((base.rows + added.length) * width);
  for (let i = 0; i < base.rows; i++) {
    for (let k = base.start[i]; k < base.start[i + 1]; k++) data[i * width + base.index[k]] = base.value[k];
  }
  added.forEach((row, i) => {
    data.set(row, (base.rows + i) * width);
  });
  if (ones) for (let at = width - 1; at < data.length; at += width) data[at] = 1;
  return data;
}

/** a . b with four sums at a time: one alone would wait for each addition to end. */
export function inner(a: Float64Array, b: Float64Array): number {
  let k = 0;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (const end = a.length - 3; k < end; k += 4) {
    s0 += a[k] * b[k];
    s1 += a[k + 1] * b[k + 1];
    s2 += a[k + 2] * b[k + 2];
    s3 += a[k + 3] * b[k + 3];
  }
  for (; k < a.length; k++) s0 += a[k] * b[k];
  return s0 + s1 + (s2 + s3);
}
