// Features as trees see them: each column's distinct values in order, and every entry by its position among them.

import type { Dataset } from "../../data/dataset.ts";
import type { SparseRows } from "../../data/sparse.ts";
import { isSparse } from "../../data/sparse.ts";
import { rowSize, type Tensor, toFloat } from "../../tensor.ts";

/** A splits-only view of features: values are compared as float32, because that is what the ONNX operator compares. */
export interface TreeColumns {
  readonly rows: number;
  readonly columns: number;
  /** Code c of column j is the value `values[first[j] + c]`; those of a column are ascending and distinct. */
  readonly values: Float32Array;
  readonly first: Int32Array;
  /** Codes of column j are below this; 1 where it is constant. */
  readonly count: Int32Array;
  /** The most that there are of any column. */
  readonly widest: number;
  /** Dense: the code of row i in column j is `codes[j * rows + i]`. */
  readonly codes: Uint8Array | Uint16Array | Uint32Array;
  /** The same row by row, where all columns together have up to 256 values: those of few rows are read faster. */
  readonly byRow?: Uint8Array | undefined;
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
  return fewValues(x) ?? manyValues(x);
}

/** Rows that are turned into columns together: they stay in the processor's cache. */
const BLOCK = 32;

/** Where all columns together have up to 256 values, as pixels do, they share one list of them. */
function fewValues(x: Tensor<"float32">): TreeColumns | undefined {
  const rows = x.shape[0];
  const columns = rowSize(x);
  const byRow = new Uint8Array(x.data.length);
  const few = fewDistinct(x.data, byRow);
  if (!few) return undefined;
  const { values, rank } = few;
  for (let at = 0; at < byRow.length; at++) byRow[at] = rank[byRow[at]];
  const codes = new Uint8Array(byRow.length);
  const count = new Int32Array(columns);
  for (let from = 0; from < rows; from += BLOCK) {
    const to = Math.min(rows, from + BLOCK);
    for (let j = 0; j < columns; j++) {
      let differs = 0;
      for (let i = from, at = i * columns + j; i < to; i++, at += columns) {
        codes[j * rows + i] = byRow[at];
        differs |= byRow[at] ^ byRow[j];
      }
      count[j] |= differs;
    }
  }
  for (let j = 0; j < columns; j++) count[j] = count[j] === 0 ? 1 : values.length;
  return { rows, columns, values, first: new Int32Array(columns), count, widest: values.length, codes, byRow };
}

/** Where they have more: one column at a time. */
function manyValues(x: Tensor<"float32">): TreeColumns {
  const rows = x.shape[0];
  const columns = rowSize(x);
  const first = new Int32Array(columns + 1);
  const values: Float32Array[] = [];
  let codes = new Uint8Array(rows * columns) as Uint8Array | Uint16Array | Uint32Array;
  const column = new Float32Array(rows);
  const ids = new Uint8Array(rows);
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) column[i] = x.data[i * columns + j];
    const few = fewDistinct(column, ids);
    const distinct = few ? few.values : distinctSorted(column);
    if (distinct.length > 2 ** (8 * codes.BYTES_PER_ELEMENT)) {
      codes = distinct.length > 65_536 ? new Uint32Array(codes) : new Uint16Array(codes);
    }
    for (let i = 0; i < rows; i++) codes[j * rows + i] = few ? few.rank[ids[i]] : positionOf(distinct, column[i]);
    values.push(distinct);
    first[j + 1] = first[j] + distinct.length;
  }
  return { rows, columns, values: joined(values, first[columns]), ...countsOf(first), codes };
}

/** Slots of the hash table; four times the values it may hold. */
const SLOTS = 1024;
const MOST = 256;

/**
 * Up to 256 distinct numbers, ascending, and the rank there of each by the order in which they appear, by which `ids`
 * gets the numbers; undefined where there are more.
 */
function fewDistinct(numbers: Float32Array, ids: Uint8Array): { values: Float32Array; rank: Uint8Array } | undefined {
  const bits = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);
  const slots = new Int32Array(SLOTS).fill(-1);
  const seen = new Int32Array(MOST);
  let count = 0;
  let zero = -1;
  for (let i = 0; i < bits.length; i++) {
    const key = bits[i];
    // Most numbers of images and flags are 0, or -0.
    if (key << 1 === 0) {
      if (zero < 0) zero = count++;
      ids[i] = zero;
      continue;
    }
    let slot = Math.imul(key, 0x9e3779b1) >>> 22;
    while (slots[slot] >= 0 && seen[slots[slot]] !== key) slot = (slot + 1) % SLOTS;
    if (slots[slot] < 0) {
      if (count >= MOST) return undefined;
      seen[count] = key;
      slots[slot] = count++;
    }
    ids[i] = slots[slot];
  }
  if (count > MOST) return undefined;
  const values = new Float32Array(seen.buffer, 0, count);
  const rank = new Uint8Array(count);
  const ascending = Uint32Array.from(values, (_, id) => id).sort((a, b) => values[a] - values[b]);
  ascending.forEach((id, place) => {
    rank[id] = place;
  });
  return { values: values.sort(), rank };
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
  return { rows, columns, values: used, ...countsOf(first), codes, sparse: { start, row, zero } };
}

/** What follows from where the values of each column begin. */
function countsOf(first: Int32Array): Pick<TreeColumns, "first" | "count" | "widest"> {
  const count = first.subarray(1).map((end, j) => end - first[j]);
  return { first, count, widest: count.reduce((most, each) => Math.max(most, each), 0) };
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
