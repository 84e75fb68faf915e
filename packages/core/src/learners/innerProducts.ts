// Inner products between training rows: by the runtime where rows are dense, entry by entry where they are sparse.

import type { Dataset, SparseRows } from "../data/dataset.ts";
import { denseFromSparse, isSparse, sparseFromDense, takeSparseRows } from "../data/sparse.ts";
import { matrixProduct } from "../models/matrixProduct.ts";
import type { Runtime } from "../models/runtime.ts";
import { type FloatType, gatherRows, rowSize, type Tensor } from "../tensor.ts";
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
export function isDense(x: SparseRows): boolean {
  return x.index.length >= DENSE * x.rows * usedColumns(x).length;
}

/** Products of rows that stay as they are; dense blocks are written out when they are multiplied. */
export async function productsOfSparse(x: SparseRows, runtime: Runtime): Promise<InnerProducts> {
  const rows = overColumns(x, usedColumns(x));
  const shared = { size: x.rows, squaredNorms: squaredNorms(x) };
  if (!isDense(x)) {
    return {
      ...shared,
      between: async (a, b) => rowsTimesRows(takeSparseRows(rows, a), b ? takeSparseRows(rows, b) : rows),
      release: async () => {},
    };
  }
  const product = await matrixProduct(runtime, "float64", "right");
  const dense = (chosen: Int32Array) => denseFromSparse(takeSparseRows(rows, chosen));
  return {
    ...shared,
    between: async (a, b) => (await product.multiply(dense(a), b ? dense(b) : denseFromSparse(rows))).data,
    release: () => product.release(),
  };
}

/** Products for a method that asks for all rows again and again: dense rows are written out once, in float64. */
export async function productsOf(features: Dataset["features"], runtime: Runtime): Promise<InnerProducts> {
  const dense = isSparse(features) ? writtenOut(features) : withoutEmptyColumns(features);
  if (!dense) return productsOfSparse(isSparse(features) ? features : sparseFromDense(features), runtime);
  const [size, columns] = dense.shape;
  const norms = new Float64Array(size);
  for (let i = 0, at = 0; i < size; i++) {
    for (let j = 0; j < columns; j++, at++) norms[i] += dense.data[at] * dense.data[at];
  }
  const product = await matrixProduct(runtime, "float64", "right");
  const take = (rows: Int32Array) => gatherRows(dense, rows);
  return {
    size,
    squaredNorms: norms,
    between: async (a, b) => (await product.multiply(take(a), b ? take(b) : dense)).data,
    release: () => product.release(),
  };
}

function writtenOut(x: SparseRows): Tensor<"float64"> | undefined {
  return isDense(x) ? denseFromSparse(overColumns(x, usedColumns(x))) : undefined;
}

/** [N, columns that are not all zero] in float64; undefined where the rows are better taken as sparse. */
function withoutEmptyColumns(x: Tensor<FloatType>): Tensor<"float64"> | undefined {
  const [n, d] = [x.shape[0], rowSize(x)];
  const entries = new Int32Array(d);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < d; j++, at++) if (x.data[at] !== 0) entries[j]++;
  const columns = Int32Array.from(entries.keys()).filter((j) => entries[j] > 0);
  if (entries.reduce((sum, count) => sum + count, 0) < DENSE * n * columns.length) return undefined;
  const data = new Float64Array(n * columns.length);
  for (let i = 0, at = 0; i < n; i++) for (const j of columns) data[at++] = x.data[i * d + j];
  return { type: "float64", shape: [n, columns.length], data };
}
