// Compressed rows in the memory of compiled loops, made of dense ones.

import { assembledAs } from "../../assembledAs.ts";
import type { Columns, SparseRows } from "../../data/sparse.ts";
import { hostedLoops, loopsIn, pagesFor } from "../../hostedLoops.ts";
import { elementBytes, type FloatType } from "../../tensor.ts";
import { type CompressLoopName, closingUp, compressLoops, TOGETHER } from "./compressLoops.ts";
import { type DenseRows, forEachBlock, largestBlock } from "./denseRows.ts";
import type { ColumnBytes } from "./entryCode.ts";
import { type SparseLoopName, sparseLoops } from "./sparseLoops.ts";
import { SPREAD, type SpreadLoopName, spreadLoops } from "./spreadLoops.ts";

/** Products of rows with vectors, as in `sparseProducts.ts`. */
export interface RowProducts {
  /** X w + bias. */
  times(w: Float64Array, bias: number): Float64Array;
  /** X^T c, added to `into`. */
  addTo(c: Float64Array, into: Float64Array): Float64Array;
  /** X^T diag(c) X v, where each row of X ends in a one that is not written. */
  thereAndBack(c: Float64Array, v: Float64Array): Float64Array;
  /** X^T diag(c) X of such rows, lower triangle, without those of at most `least`; where there is room for it. */
  gram(c: Float64Array, least: number): Float64Array | undefined;
  /** The squared norms of the rows. */
  squaredNorms(): Float64Array;
  /** X_a X_b^T, row-major, of chosen rows. */
  between(a: Int32Array, b: Int32Array): Float64Array;
}

/** Columns up to which there is room for their Gram matrix. */
const SQUARED = 1024;

/** Rows that have loops of their own. */
interface CompiledRows extends SparseRows<Columns> {
  readonly fromDense: true;
  readonly products: RowProducts;
}

/** Entries of dense rows, counted, and to be compressed. */
interface CompiledEntries {
  /** How many numbers are not zero. */
  readonly count: number;
  /** The columns that have entries, ascending. */
  readonly columns: Int32Array;
  /** The rows without zeros, over those columns. */
  compress(): CompiledRows;
}

/** Memory whose addresses have 32 bits holds the entries of no more than so many bytes of dense rows. */
const LARGEST = 2 ** 32;

/** Loops by what they are for; Gram matrices for which there is no room are made in a memory apart. */
const modulesFor = (type: FloatType, column: ColumnBytes) => {
  const entries = `${type} ${column}`;
  const sparse = assembledAs(`sparse ${entries}`, () => sparseLoops(type, column));
  return {
    compress: hostedLoops<CompressLoopName>(assembledAs(`compress ${entries}`, () => compressLoops(type, column))),
    products: loopsIn<SparseLoopName>(sparse),
    apart: hostedLoops<SparseLoopName>(sparse),
    spread: loopsIn<SpreadLoopName>(assembledAs(`spread ${entries}`, () => spreadLoops(type, column))),
  };
};
const modulesOf = (column: ColumnBytes) => ({
  float32: modulesFor("float32", column),
  float64: modulesFor("float64", column),
});
const modules = { 2: modulesOf(2), 4: modulesOf(4) };

const typeOf = (numbers: Float32Array | Float64Array) => (numbers instanceof Float32Array ? "float32" : "float64");

const aligned = (address: number) => Math.ceil(address / 8) * 8;

/** Counts the entries of dense rows by compiled loops; undefined where the host has none. */
export function compiledEntries(x: DenseRows): CompiledEntries | undefined {
  const { rows: n, columns: d } = x;
  const type = typeOf(x.data);
  const bytes = elementBytes(type);
  const columnBytes = d <= 2 ** 16 ? 2 : 4;
  // A block of dense rows at 0; behind it a number for each column.
  const columnsAt = aligned(largestBlock(x) * bytes);
  const counted = columnsAt + 4 * d;
  const compiled = x.data.byteLength <= LARGEST ? modules[columnBytes][type].compress(counted) : undefined;
  if (!compiled) return undefined;
  const { memory, loops } = compiled;
  const forEachCopy = (visit: (end: number, from: number) => void) => {
    const numbers = type === "float32" ? new Float32Array(memory.buffer) : new Float64Array(memory.buffer);
    forEachBlock(x, (block, from) => {
      numbers.set(block);
      visit(block.length * bytes, from);
    });
  };
  let count = 0;
  forEachCopy((end) => {
    count += loops.mark(0, end, columnsAt, d);
  });
  const isUsed = new Int32Array(memory.buffer, columnsAt, d);
  const columns = Int32Array.from(isUsed.keys()).filter((j) => isUsed[j] !== 0);
  return {
    count,
    columns,
    compress() {
      const start = aligned(counted);
      const index = aligned(start + 4 * (n + 1));
      const value = aligned(index + columnBytes * count + 4 * TOGETHER);
      const closing = aligned(value + bytes * (count + TOGETHER));
      const vectors = closing + closingUp().length;
      const width = columns.length + 1;
      const table = vectors + 8 * (2 * n + 2 * width);
      const all = table + 8 * SPREAD * (n + width) + 4 * n;
      // Rows that are longer than a Gram matrix are not copied for one.
      const squared = columns.length <= SQUARED && 8 * width * width <= bytes * count ? table + 8 * width * width : 0;
      memory.grow(pagesFor(Math.max(all, squared)) - pagesFor(counted));
      new Uint8Array(memory.buffer).set(closingUp(), closing);
      const placeOf = new Int32Array(memory.buffer, columnsAt, d);
      columns.forEach((j, place) => {
        placeOf[j] = place;
      });
      let at = 0;
      forEachCopy((end, from) => {
        at = loops.compress(0, end, columnsAt, d, at, start + 4 * from, index, value, closing);
      });
      const rows: SparseRows<Columns> = {
        rows: n,
        columns: columns.length,
        start: new Int32Array(memory.buffer, start, n + 1),
        index: new (columnBytes === 2 ? Uint16Array : Int32Array)(memory.buffer, index, count),
        value: new (type === "float32" ? Float32Array : Float64Array)(memory.buffer, value, count),
      };
      return { ...rows, fromDense: true, products: productsOf(rows, memory, vectors, modules[columnBytes][type]) };
    },
  };
}

/**
 * The products of rows in a memory that has room, at an address, for two vectors over rows and two over columns, and
 * for some rows over either.
 */
function productsOf(
  { rows: n, columns: d, start, index, value }: SparseRows<Columns>,
  memory: WebAssembly.Memory,
  at: number,
  modules: ReturnType<typeof modulesFor>,
): RowProducts {
  const [loops, spreading] = [modules.products(memory), modules.spread(memory)];
  const lengths = [d + 1, n, d + 1, n];
  const [w, c, sums, product] = lengths.map((length, k) => {
    const before = lengths.slice(0, k).reduce((sum, each) => sum + each, 0);
    return new Float64Array(value.buffer, at + 8 * before, length);
  });
  const width = d + 1;
  const tableAt = at + 8 * (2 * n + 2 * width);
  const table = new Float64Array(value.buffer, tableAt, SPREAD * width);
  const resultsAt = tableAt + 8 * SPREAD * width;
  const results = new Float64Array(value.buffer, resultsAt, SPREAD * n);
  const list = new Int32Array(value.buffer, resultsAt + 8 * SPREAD * n, n);
  const given = [n, start.byteOffset, index.byteOffset, value.byteOffset] as const;
  return {
    times(weights, bias) {
      w.set(weights.subarray(0, d));
      loops().times(...given, w.byteOffset, bias, product.byteOffset);
      return product.slice();
    },
    addTo(coefficients, into) {
      c.set(coefficients);
      sums.set(into.subarray(0, d));
      loops().addTo(...given, c.byteOffset, sums.byteOffset);
      into.set(sums.subarray(0, d));
      return into;
    },
    thereAndBack(coefficients, v) {
      c.set(coefficients);
      w.set(v);
      sums.fill(0);
      loops().thereAndBack(...given, c.byteOffset, w.byteOffset, sums.byteOffset, 8 * d);
      return sums.slice();
    },
    squaredNorms() {
      spreading().squares(...given, product.byteOffset);
      return product.slice();
    },
    between(a, b) {
      const products = new Float64Array(a.length * b.length);
      for (let from = 0; from < a.length; from += SPREAD) {
        const count = Math.min(SPREAD, a.length - from);
        table.fill(0);
        for (let k = 0; k < count; k++) {
          const [first, end] = [start[a[from + k]], start[a[from + k] + 1]];
          const valueAt = value.byteOffset + value.BYTES_PER_ELEMENT * first;
          const indexAt = index.byteOffset + index.BYTES_PER_ELEMENT * first;
          spreading().spread(indexAt, valueAt, indexAt + index.BYTES_PER_ELEMENT * (end - first), tableAt + 8 * k);
        }
        for (let left = 0; left < b.length; left += n) {
          const chosen = b.subarray(left, left + n);
          list.set(chosen);
          const listed = [list.byteOffset, list.byteOffset + 4 * chosen.length] as const;
          spreading().timesSpread(...given.slice(1), ...listed, tableAt, resultsAt, 8 * chosen.length);
          for (let k = 0; k < count; k++) {
            const row = results.subarray(k * chosen.length, (k + 1) * chosen.length);
            products.set(row, (from + k) * b.length + left);
          }
        }
      }
      return products;
    },
    gram(coefficients, least) {
      if (d > SQUARED) return undefined;
      const end = tableAt + 8 * width * width;
      // Else in a memory of its own, with what lies before the table, as few fits ask for it.
      const hasRoom = end <= value.buffer.byteLength;
      const compiled = hasRoom ? { memory: value, loops: loops() } : modules.apart(end);
      if (!compiled) return undefined;
      const { memory, loops: own } = compiled;
      c.set(coefficients);
      if (!hasRoom) new Uint8Array(memory.buffer).set(new Uint8Array(value.buffer, 0, tableAt));
      const square = new Float64Array(memory.buffer, tableAt, width * width).fill(0);
      own.gram(...given, c.byteOffset, tableAt, 8 * width, 8 * d, least);
      return square.slice();
    },
  };
}
