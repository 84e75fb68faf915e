// Rows that are mostly zero: from dense rows, to dense rows, and a choice of them.

import { assert } from "../errors.ts";
import type { Rows } from "../rows.ts";
import { allocate, type FloatType, rowSize, type Tensor } from "../tensor.ts";

/** Columns of entries; those below 2^16 may take half of the memory. */
export type Columns = Int32Array | Uint16Array;

/** Rows that are mostly zero, in compressed form (CSR): row i holds entries start[i] .. start[i+1]-1. */
export interface SparseRows<C extends Columns = Int32Array> {
  readonly rows: number;
  readonly columns: number;
  /** Length rows + 1. */
  readonly start: Int32Array;
  /** Column of each entry, ascending within a row. */
  readonly index: C;
  /** In float32 where that loses nothing that matters. */
  readonly value: Float32Array | Float64Array;
}

/** Rows of features as a dataset holds them: a tensor [N, ...], or N sparse rows. */
export type Features = Tensor<FloatType> | SparseRows;

/** Rows that can be read without their zeros, too. */
export interface SparseReadable extends Rows {
  /** Rows `from` to `to` (exclusive), in the type of the rows. */
  sparse(from: number, to: number): Promise<SparseRows>;
}

/** Rows, be they such. */
export type MaybeSparse = Rows & Partial<Pick<SparseReadable, "sparse">>;

/** Whether features are sparse rows rather than a tensor. */
export function isSparse(features: Tensor | SparseRows): features is SparseRows {
  return "start" in features;
}

/** The type of the numbers of sparse rows. */
export function sparseType({ value }: Pick<SparseRows, "value">): FloatType {
  return value instanceof Float32Array ? "float32" : "float64";
}

/** The non-zeros of the rows of a tensor [N, ...], each row flattened. */
export function sparseFromDense(x: Tensor<FloatType>): SparseRows {
  const rows = x.shape[0];
  const columns = rowSize(x);
  let entries = 0;
  for (let i = 0; i < x.data.length; i++) if (x.data[i] !== 0) entries++;
  const start = new Int32Array(rows + 1);
  const index = new Int32Array(entries);
  const value = allocate(x.type, entries);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const number = x.data[row * columns + column];
      if (number === 0) continue;
      index[at] = column;
      value[at++] = number;
    }
    start[row + 1] = at;
  }
  return { rows, columns, start, index, value };
}

/** Rows `from` to `to` (exclusive) with their zeros written out: a tensor [to - from, D]. */
export function denseFromSparse(x: SparseRows<Columns>, from = 0, to = x.rows): Tensor<"float64"> {
  return writtenOut(x, from, to, "float64");
}

/** All rows with their zeros written out, in the type of their numbers: a tensor [N, D]. */
export function denseInOwnType(x: SparseRows): Tensor<FloatType> {
  return writtenOut(x, 0, x.rows, sparseType(x));
}

function writtenOut<T extends FloatType>(x: SparseRows<Columns>, from: number, to: number, type: T): Tensor<T> {
  assert(0 <= from && from <= to && to <= x.rows, `rows ${from} to ${to} of ${x.rows}`);
  const data = allocate(type, (to - from) * x.columns);
  for (let row = from; row < to; row++) {
    const base = (row - from) * x.columns;
    for (let entry = x.start[row]; entry < x.start[row + 1]; entry++) data[base + x.index[entry]] = x.value[entry];
  }
  return { type, shape: [to - from, x.columns], data };
}

/** The chosen rows, copied in the order given. */
export function takeSparseRows(x: SparseRows<Columns>, rows: ArrayLike<number>): SparseRows {
  const start = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) start[i + 1] = start[i] + x.start[rows[i] + 1] - x.start[rows[i]];
  const index = new Int32Array(start[rows.length]);
  const value = allocate(sparseType(x), start[rows.length]);
  for (let i = 0; i < rows.length; i++) {
    index.set(x.index.subarray(x.start[rows[i]], x.start[rows[i] + 1]), start[i]);
    value.set(x.value.subarray(x.start[rows[i]], x.start[rows[i] + 1]), start[i]);
  }
  return { rows: rows.length, columns: x.columns, start, index, value };
}

/** The same rows, their numbers rounded to a type. */
export function sparseInType(x: SparseRows, type: FloatType): SparseRows {
  if (sparseType(x) === type) return x;
  return { ...x, value: type === "float32" ? Float32Array.from(x.value) : Float64Array.from(x.value) };
}

/** The same rows without entries that are zero, so that equal rows have equal entries. */
export function withoutZeros(x: SparseRows): SparseRows {
  let entries = 0;
  for (let k = 0; k < x.value.length; k++) if (x.value[k] !== 0) entries++;
  if (entries === x.value.length) return x;
  const start = new Int32Array(x.rows + 1);
  const index = new Int32Array(entries);
  const value = allocate(sparseType(x), entries);
  for (let row = 0, at = 0; row < x.rows; row++) {
    for (let k = x.start[row]; k < x.start[row + 1]; k++) {
      if (x.value[k] === 0) continue;
      index[at] = x.index[k];
      value[at++] = x.value[k];
    }
    start[row + 1] = at;
  }
  return { rows: x.rows, columns: x.columns, start, index, value };
}

/** Calls `visit` for every number of dense rows, and for every stored entry of sparse rows, in order. */
export function forEachEntry(features: Features, visit: (row: number, column: number, value: number) => void): void {
  if (isSparse(features)) {
    for (let row = 0; row < features.rows; row++) {
      for (let entry = features.start[row]; entry < features.start[row + 1]; entry++) {
        visit(row, features.index[entry], features.value[entry]);
      }
    }
    return;
  }
  const columns = rowSize(features);
  for (let row = 0, at = 0; row < features.shape[0]; row++) {
    for (let column = 0; column < columns; column++) visit(row, column, features.data[at++]);
  }
}
