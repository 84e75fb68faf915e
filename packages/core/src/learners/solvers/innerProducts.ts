// Inner products between training rows: by the runtime where rows are dense, entry by entry where they are sparse.

import type { Columns, Features, SparseRows } from "../../data/sparse.ts";
import { denseFromSparse, isSparse, sparseFromDense, takeSparseRows } from "../../data/sparse.ts";
import { matrixProduct } from "../../models/matrixProduct.ts";
import type { Runtime } from "../../models/runtime.ts";
import { type FloatType, gatherRows, rowSize, type Tensor } from "../../tensor.ts";
import { compiledEntries } from "./compiledRows.ts";
import { denseRowsOf, forEachBlock, takeDense, writtenDense } from "./denseRows.ts";
import { areDense, type LinearRows, type MappedSparse } from "./linearRows.ts";
import { overColumns, rowsTimesRows, squaredNorms, usedColumns } from "./sparseProducts.ts";

/** The products x_i . x_j of n rows. */
export interface InnerProducts {
  readonly size: number;
  readonly squaredNorms: Float64Array;
  /** [a.length, b.length], row-major; all rows where `b` is absent. */
  between(a: Int32Array, b?: Int32Array): Promise<Float64Array>;
  release(): Promise<void>;
}

/** Share of entries that are not zero above which to write the zeros out and multiply densely is faster. */
const DENSE = 0.04;

/** Whether rows are better multiplied densely: by their share of entries in the columns that have any. */
export function isDense(x: SparseRows<Columns>): boolean {
  return x.index.length >= DENSE * x.rows * usedColumns(x).length;
}

/** Share of entries above which rows whose zeros were left out are better written out again. */
const HALF = 0.5;

/** Products of dense rows whose zeros were left out, over columns that all have entries. */
function productsOfCompressed(x: MappedSparse): InnerProducts {
  const all = Int32Array.from({ length: x.rows }, (_, i) => i);
  return {
    size: x.rows,
    squaredNorms: x.products?.squaredNorms() ?? squaredNorms(x),
    between: async (a, b = all) =>
      x.products?.between(a, b) ?? rowsTimesRows(takeSparseRows(x, a), takeSparseRows(x, b)),
    release: async () => {},
  };
}

/** Whether dense rows without their zeros are better multiplied as they are. */
const isSparseEnough = (entries: number, rows: number, columns: number) => entries < HALF * rows * columns;

/** Dense rows without zeros, over the columns that have any others; undefined where these are many. */
function compressed(x: Tensor<FloatType>): MappedSparse | undefined {
  const rows = denseRowsOf(x, undefined);
  const compiled = compiledEntries(rows);
  if (compiled) {
    return isSparseEnough(compiled.count, rows.rows, compiled.columns.length) ? compiled.compress() : undefined;
  }
  const all = sparseFromDense(x);
  const columns = usedColumns(all);
  return isSparseEnough(all.index.length, rows.rows, columns.length) ? overColumns(all, columns) : undefined;
}

/** Products of rows that stay as they are; dense blocks are written out when they are multiplied. */
async function productsOfSparse(x: MappedSparse, runtime: Runtime): Promise<InnerProducts> {
  if (x.fromDense && isSparseEnough(x.index.length, x.rows, x.columns)) return productsOfCompressed(x);
  const columns = usedColumns(x);
  const rows = overColumns(x, columns);
  const range = x.range && Float64Array.from(columns, (j) => x.range![j]);
  // One of two rows is divided by both ranges of a column.
  const chosen = (of: Int32Array, power: 1 | 2) => dividedBy(takeSparseRows(rows, of), range, power);
  const all = Int32Array.from({ length: x.rows }, (_, i) => i);
  const squares = new Float64Array(x.rows);
  for (let from = 0; from < x.rows; from += PART) {
    const part = all.subarray(from, from + PART);
    squares.set(squaredNorms(chosen(part, 1)), from);
  }
  const shared = { size: x.rows, squaredNorms: squares };
  if (!isDense(x)) {
    return {
      ...shared,
      between: async (a, b) => rowsTimesRows(chosen(a, 2), b ? takeSparseRows(rows, b) : rows),
      release: async () => {},
    };
  }
  const product = await matrixProduct(runtime, "float64", "right");
  const dense = (of: Int32Array) => denseFromSparse(chosen(of, 1));
  return {
    ...shared,
    between: async (a, b) => (await product.multiply(dense(a), dense(b ?? all))).data,
    release: () => product.release(),
  };
}

/** The rows, divided by powers of their columns' ranges, where there are any. */
function dividedBy(x: SparseRows<Columns>, range: Float64Array | undefined, power: 1 | 2): SparseRows<Columns> {
  if (!range) return x;
  const value = Float64Array.from(x.value, (number, k) => number / range[x.index[k]] ** power);
  return { ...x, value };
}

/** Products of the rows of a linear learner. */
export async function productsOfRows(x: LinearRows, runtime: Runtime): Promise<InnerProducts> {
  if (!areDense(x)) return productsOfSparse(x, runtime);
  const product = await matrixProduct(runtime, "float64", "right");
  const norms = new Float64Array(x.rows);
  forEachBlock(x, (block, from, count) => {
    for (let i = 0, at = 0; i < count; i++) {
      for (let j = 0; j < x.columns; j++, at++) norms[from + i] += block[at] * block[at];
    }
  });
  const chosen = (rows: Int32Array) => writtenDense(takeDense(x, rows));
  return {
    size: x.rows,
    squaredNorms: norms,
    between: async (a, b) => (await product.multiply(chosen(a), b ? chosen(b) : writtenDense(x))).data,
    release: () => product.release(),
  };
}

/** Rows of more numbers than this (128 MB in float64) are not kept in float64. */
const MOST_WRITTEN = 2 ** 24;

/** Rows whose norms are computed at a time. */
const PART = 512;

/** Products for a method that asks for all rows again and again: dense rows are written out once, in float64. */
export async function productsOf(features: Features, runtime: Runtime): Promise<InnerProducts> {
  const without = isSparse(features) ? undefined : compressed(features);
  if (without) return productsOfCompressed(without);
  if (isSparse(features) && !isDense(features)) return productsOfSparse(features, runtime);
  const take = isSparse(features) ? takeSparse(features) : denseTake(features);
  const size = isSparse(features) ? features.rows : features.shape[0];
  const all = Int32Array.from({ length: size }, (_, i) => i);
  const kept = size * rowSize(take(all.subarray(0, 1))) <= MOST_WRITTEN ? take(all) : undefined;
  const chosen = (rows: Int32Array) => (kept ? gatherRows(kept, rows) : take(rows));
  const norms = new Float64Array(size);
  for (let from = 0; from < size; from += PART) {
    const rows = all.subarray(from, from + PART);
    const { data, shape } = chosen(rows);
    for (let i = 0, at = 0; i < rows.length; i++) {
      let sum = 0;
      for (const end = at + shape[1]; at < end; at++) sum += data[at] * data[at];
      norms[from + i] = sum;
    }
  }
  const product = await matrixProduct(runtime, "float64", "right");
  return {
    size,
    squaredNorms: norms,
    between: async (a, b) => (await product.multiply(chosen(a), b ? chosen(b) : (kept ?? take(all)))).data,
    release: () => product.release(),
  };
}

type Take = (rows: Int32Array) => Tensor<"float64">;

/** Writes out sparse rows over the columns that have entries. */
function takeSparse(x: SparseRows): Take {
  const used = overColumns(x, usedColumns(x));
  return (rows) => denseFromSparse(takeSparseRows(used, rows));
}

/** The rows over the columns that are not all zero, in float64. */
function denseTake(x: Tensor<FloatType>): Take {
  const [n, d] = [x.shape[0], rowSize(x)];
  const used = new Uint8Array(d);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < d; j++, at++) if (x.data[at] !== 0) used[j] = 1;
  const columns = Int32Array.from(used.keys()).filter((j) => used[j] === 1);
  const width = columns.length;
  return (rows) => {
    const data = new Float64Array(rows.length * width);
    for (let i = 0, at = 0; i < rows.length; i++) {
      const from = rows[i] * d;
      for (let j = 0; j < width; j++, at++) data[at] = x.data[from + columns[j]];
    }
    return { type: "float64", shape: [rows.length, width], data };
  };
}
