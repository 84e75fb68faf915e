// Features as trees see them: each column's distinct values in order, and every entry by its position among them.

import type { Dataset } from "../../data/dataset.ts";
import type { SparseRows } from "../../data/sparse.ts";
import { isSparse } from "../../data/sparse.ts";
import { rowSize, type Tensor, toFloat } from "../../tensor.ts";

/** A splits-only view of features: values are compared as float32, because that is what the ONNX operator compares. */
export interface TreeColumns {
  readonly rows: number;
  readonly columns: number;
  /** Column j has the values `values[first[j]] .. values[first[j + 1] - 1]`, ascending and distinct. */
  readonly values: Float32Array;
  readonly first: Int32Array;
  /** The most values that any column has. */
  readonly widest: number;
  /** Dense: the code of row i in column j is `codes[j * rows + i]`. */
  readonly codes: Uint8Array | Uint16Array | Uint32Array;
  /**
   * Sparse: column j lists rows `row[start[j]] ..`, ascending, with codes at the same places; others have `zero[j]`.
   */
  readonly sparse?: { readonly start: Int32Array; readonly row: Int32Array; readonly zero: Int32Array };
}

/** The columns of a dataset, dense or sparse. Sparse ones are never written out. */
export function treeColumns({ features }: Dataset): TreeColumns {
  return isSparse(features) ? sparseColumns(features) : denseColumns(toFloat(features, "float32"));
}

function denseColumns(x: Tensor<"float32">): TreeColumns {
  const rows = x.shape[0];
  const columns = rowSize(x);
  const first = new Int32Array(columns + 1);
  const values: Float32Array[] = [];
  let codes = new Uint8Array(rows * columns) as Uint8Array | Uint16Array | Uint32Array;
  const column = new Float32Array(rows);
  const order = new Uint32Array(rows);
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) column[i] = x.data[i * columns + j];
    const distinct = fewDistinct(column, order) ?? manyDistinct(column, order);
    if (distinct.length > 2 ** (8 * codes.BYTES_PER_ELEMENT)) {
      codes = distinct.length > 65_536 ? new Uint32Array(codes) : new Uint16Array(codes);
    }
    codes.set(order, j * rows);
    values.push(distinct);
    first[j + 1] = first[j] + distinct.length;
  }
  return { rows, columns, values: joined(values, first[columns]), first, widest: widestOf(first), codes };
}

/** Slots of the hash table; four times the values it may hold. */
const SLOTS = 1024;
const table = new Int32Array(SLOTS);

/** Codes by hashing where a column has up to 256 values, as pixels do; undefined where it has more. */
function fewDistinct(column: Float32Array, codes: Uint32Array): Float32Array | undefined {
  const bits = new Int32Array(column.buffer, column.byteOffset, column.length);
  const seen: number[] = [];
  table.fill(-1);
  for (let i = 0; i < column.length; i++) {
    const key = bits[i] === -0x80000000 ? 0 : bits[i]; // -0 equals 0
    let slot = Math.imul(key, 0x9e3779b1) >>> 22;
    while (table[slot] >= 0 && seen[table[slot]] !== key) slot = (slot + 1) % SLOTS;
    if (table[slot] < 0) {
      if (seen.length === 256) return undefined;
      table[slot] = seen.push(key) - 1;
    }
    codes[i] = table[slot];
  }
  const values = new Float32Array(Int32Array.from(seen).buffer);
  const byValue = Uint32Array.from(values, (_, id) => id).sort((a, b) => values[a] - values[b]);
  const rank = new Uint32Array(byValue.length);
  byValue.forEach((id, position) => {
    rank[id] = position;
  });
  for (let i = 0; i < codes.length; i++) codes[i] = rank[codes[i]];
  return values.sort();
}

/** Codes by sorting. */
function manyDistinct(column: Float32Array, codes: Uint32Array): Float32Array {
  const values = distinctSorted(column);
  for (let i = 0; i < column.length; i++) codes[i] = positionOf(values, column[i]);
  return values;
}

function sparseColumns(x: SparseRows): TreeColumns {
  const { rows, columns } = x;
  const start = new Int32Array(columns + 1);
  for (const column of x.index) start[column + 1]++;
  for (let j = 0; j < columns; j++) start[j + 1] += start[j];
  const next = start.slice();
  const row = new Int32Array(x.index.length);
  const entries = new Float32Array(x.index.length);
  for (let i = 0; i < rows; i++) {
    for (let entry = x.start[i]; entry < x.start[i + 1]; entry++) {
      const at = next[x.index[entry]]++;
      row[at] = i;
      entries[at] = x.value[entry];
    }
  }
  const first = new Int32Array(columns + 1);
  const zero = new Int32Array(columns);
  const codes = new Uint32Array(entries.length);
  const values = new Float32Array(entries.length + columns);
  for (let j = 0; j < columns; j++) {
    const [from, to] = [start[j], start[j + 1]];
    // A zero in front where any row lacks an entry.
    const numbers = new Float32Array(Math.min(to - from + 1, rows));
    numbers.set(entries.subarray(from, to), numbers.length - (to - from));
    const distinct = distinctSorted(numbers);
    values.set(distinct, first[j]);
    first[j + 1] = first[j] + distinct.length;
    zero[j] = to - from < rows ? positionOf(distinct, 0) : 0;
    for (let at = from; at < to; at++) codes[at] = positionOf(distinct, entries[at]);
  }
  const used = values.slice(0, first[columns]);
  return { rows, columns, values: used, first, widest: widestOf(first), codes, sparse: { start, row, zero } };
}

function widestOf(first: Int32Array): number {
  let widest = 0;
  for (let j = 0; j + 1 < first.length; j++) widest = Math.max(widest, first[j + 1] - first[j]);
  return widest;
}

function distinctSorted(numbers: Float32Array): Float32Array {
  const sorted = numbers.length > 1 ? numbers.slice().sort() : numbers;
  let kept = 0;
  for (const value of sorted) if (kept === 0 || value !== sorted[kept - 1]) sorted[kept++] = value;
  return sorted.slice(0, kept);
}

function positionOf(sorted: Float32Array, value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function joined(parts: readonly Float32Array[], length: number): Float32Array {
  const all = new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
