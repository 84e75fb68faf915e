// The loops over compressed rows as WebAssembly: operation by operation those of `sparseProducts.ts`, so that results
// are the same to the last bit, in a third of the time.

import {
  type Code,
  call,
  f64,
  f64x2,
  i32,
  type Variable,
  wasmFunction,
  wasmModule,
  when,
  whileTrue,
} from "../../assembler.ts";
import type { FloatType } from "../../tensor.ts";
import { type ColumnBytes, type CompressLoopName, compressLoops } from "./compressLoops.ts";

/** What the module offers beside what its loops share. */
export type LoopName =
  | "times"
  | "addTo"
  | "thereAndBack"
  | "gram"
  | "squares"
  | "spread"
  | "timesSpread"
  | CompressLoopName;

/** Bytes of an address, or of a column before it has entries. */
const INT = 4;

/** Where rows lie: addresses of where they start, of the columns and of the values of entries. */
const pointers = { start: "i32", index: "i32", value: "i32" } as const;
const compressed = { rows: "i32", ...pointers } as const;
const eightSums = { s0: "f64x2", s1: "f64x2", s2: "f64x2", s3: "f64x2" } as const;
const ofRows = { place: "i32", first: "i32", end: "i32" } as const;
type RowVariables = Record<keyof typeof compressed | keyof typeof ofRows, Variable>;

/** Rows that are multiplied together with one row after the other: their numbers lie side by side, column by column. */
export const SPREAD = 8;

/** The places of functions that others call. */
const [PRODUCT, SCATTER] = [0, 1];

/** The module for values of one type, and columns of one size. */
export function sparseLoops(type: FloatType, column: ColumnBytes): Uint8Array<ArrayBuffer> {
  const bytes = type === "float32" ? 4 : 8;
  const loadColumn = column === 2 ? i32.loadHalf : i32.load;
  /** Entries as the bytes of their columns, and those of their values; the bytes of columns as those of values. */
  const columnsOf = (entries: Code) => i32.shiftLeft(entries, column === 2 ? 1 : 2);
  const valuesOf = (entries: Code) => i32.shiftLeft(entries, bytes === 4 ? 2 : 3);
  const besideColumns = (length: Code) => i32.shiftLeft(length, Math.log2(bytes / column));
  const loadValue = type === "float32" ? f64.loadSingle : f64.load;
  /** The address of w[column of the entry that is `ahead` of the one at `index`]. */
  const besideEntry = (w: Code, index: Code, ahead = 0) =>
    i32.add(w, i32.shiftLeft(loadColumn(index, ahead * column), 3));

  /** x_i . w over the entries of a row, four sums at a time. */
  const product = wasmFunction(
    "product",
    {
      parameters: { index: "i32", value: "i32", end: "i32", w: "i32" },
      locals: { s0: "f64", s1: "f64", s2: "f64", s3: "f64" },
      result: "f64",
    },
    ({ index, value, end, w, s0, s1, s2, s3 }) => {
      const addTerm = (sum: typeof s0, ahead: number) =>
        sum.set(
          f64.add(
            sum.get,
            f64.multiply(loadValue(value.get, ahead * bytes), f64.load(besideEntry(w.get, index.get, ahead))),
          ),
        );
      const advance = (entries: number) => [
        index.set(i32.add(index.get, i32.constant(entries * column))),
        value.set(i32.add(value.get, i32.constant(entries * bytes))),
      ];
      return [
        whileTrue(
          i32.isLess(i32.add(index.get, i32.constant(3 * column)), end.get),
          ...[s0, s1, s2, s3].map(addTerm),
          ...advance(4),
        ),
        whileTrue(i32.isLess(index.get, end.get), addTerm(s0, 0), ...advance(1)),
        f64.add(f64.add(s0.get, s1.get), f64.add(s2.get, s3.get)),
      ];
    },
  );

  /** scale x_i, added to `into`; no column occurs twice in a row, so that four sums need not wait for each other. */
  const scatter = wasmFunction(
    "scatter",
    {
      parameters: { index: "i32", value: "i32", end: "i32", scale: "f64", into: "i32" },
      locals: { a0: "i32", a1: "i32", a2: "i32", a3: "i32", s0: "f64", s1: "f64", s2: "f64", s3: "f64" },
    },
    ({ index, value, end, scale, into, a0, a1, a2, a3, s0, s1, s2, s3 }) => {
      const [addresses, sums] = [
        [a0, a1, a2, a3],
        [s0, s1, s2, s3],
      ];
      const addUp = (count: number): Code[] => {
        const places = Array.from({ length: count }, (_, k) => k);
        return [
          ...places.map((k) => addresses[k].set(besideEntry(into.get, index.get, k))),
          ...places.map((k) =>
            sums[k].set(f64.add(f64.load(addresses[k].get), f64.multiply(scale.get, loadValue(value.get, k * bytes)))),
          ),
          ...places.map((k) => f64.store(addresses[k].get, sums[k].get)),
          index.set(i32.add(index.get, i32.constant(count * column))),
          value.set(i32.add(value.get, i32.constant(count * bytes))),
        ];
      };
      return [
        whileTrue(i32.isLess(i32.add(index.get, i32.constant(3 * column)), end.get), ...addUp(4)),
        whileTrue(i32.isLess(index.get, end.get), ...addUp(1)),
      ];
    },
  );

  /** Does something for each row, whose entries are from `index` to `end`; `place` is 8 times its number. */
  const forEachRow = (v: RowVariables, body: Code): Code => [
    v.first.set(v.index.get),
    v.rows.set(i32.shiftLeft(v.rows.get, 3)),
    whileTrue(
      i32.isLess(v.place.get, v.rows.get),
      v.start.set(i32.add(v.start.get, i32.constant(INT))),
      v.end.set(i32.add(v.first.get, columnsOf(i32.load(v.start.get)))),
      body,
      v.value.set(i32.add(v.value.get, besideColumns(i32.subtract(v.end.get, v.index.get)))),
      v.index.set(v.end.get),
      v.place.set(i32.add(v.place.get, i32.constant(8))),
    ),
  ];

  /** X w + bias, written to `into`. */
  const times = wasmFunction(
    "times",
    { parameters: { ...compressed, w: "i32", bias: "f64", into: "i32" }, locals: ofRows },
    (v) =>
      forEachRow(
        v,
        f64.store(
          i32.add(v.into.get, v.place.get),
          f64.add(v.bias.get, call(PRODUCT, v.index.get, v.value.get, v.end.get, v.w.get)),
        ),
      ),
  );

  /** The squared norm of each row, written to `into`. */
  const squares = wasmFunction(
    "squares",
    { parameters: { ...compressed, into: "i32" }, locals: { ...ofRows, sum: "f64" } },
    (v) =>
      forEachRow(v, [
        v.sum.set(f64.constant(0)),
        whileTrue(
          i32.isLess(v.index.get, v.end.get),
          v.sum.set(f64.add(v.sum.get, f64.multiply(loadValue(v.value.get), loadValue(v.value.get)))),
          v.index.set(i32.add(v.index.get, i32.constant(column))),
          v.value.set(i32.add(v.value.get, i32.constant(bytes))),
        ),
        f64.store(i32.add(v.into.get, v.place.get), v.sum.get),
      ]),
  );

  /** X^T c, added to `into`. */
  const addTo = wasmFunction(
    "addTo",
    { parameters: { ...compressed, c: "i32", into: "i32" }, locals: { ...ofRows, scale: "f64" } },
    (v) =>
      forEachRow(v, [
        v.scale.set(f64.load(i32.add(v.c.get, v.place.get))),
        when(
          f64.isNot(v.scale.get, f64.constant(0)),
          call(SCATTER, v.index.get, v.value.get, v.end.get, v.scale.get, v.into.get),
        ),
      ]),
  );

  /** X^T diag(c) X v, added to `into`, where each row ends in a one that is not written; `last` is 8 D. */
  const thereAndBack = wasmFunction(
    "thereAndBack",
    {
      parameters: { ...compressed, c: "i32", w: "i32", into: "i32", last: "i32" },
      locals: { ...ofRows, scale: "f64" },
    },
    (v) => {
      const atLast = (vector: Code) => i32.add(vector, v.last.get);
      return forEachRow(v, [
        v.scale.set(f64.load(i32.add(v.c.get, v.place.get))),
        when(
          f64.isNot(v.scale.get, f64.constant(0)),
          v.scale.set(
            f64.multiply(
              v.scale.get,
              f64.add(f64.load(atLast(v.w.get)), call(PRODUCT, v.index.get, v.value.get, v.end.get, v.w.get)),
            ),
          ),
          call(SCATTER, v.index.get, v.value.get, v.end.get, v.scale.get, v.into.get),
          f64.store(atLast(v.into.get), f64.add(f64.load(atLast(v.into.get)), v.scale.get)),
        ),
      ]);
    },
  );

  /**
   * X^T diag(c) X, added to the lower triangle at `into`, whose rows have `width` bytes, where each row of X ends in a
   * one that is not written; `last` is 8 D. Rows of at most `least` are passed over.
   */
  const gram = wasmFunction(
    "gram",
    {
      parameters: { ...compressed, c: "i32", into: "i32", width: "i32", last: "i32", least: "f64" },
      locals: { ...ofRows, weight: "f64", scale: "f64", entry: "i32", from: "i32", line: "i32", corner: "i32" },
    },
    (v) => {
      const addAt = (address: Code, value: Code) => f64.store(address, f64.add(f64.load(address), value));
      return [
        v.line.set(i32.add(v.into.get, i32.multiply(i32.shiftRight(v.last.get, 3), v.width.get))),
        v.corner.set(i32.add(v.line.get, v.last.get)),
        forEachRow(v, [
          v.weight.set(f64.load(i32.add(v.c.get, v.place.get))),
          when(
            f64.isLess(v.least.get, v.weight.get),
            v.entry.set(v.index.get),
            v.from.set(v.value.get),
            whileTrue(
              i32.isLess(v.entry.get, v.end.get),
              v.scale.set(f64.multiply(v.weight.get, loadValue(v.from.get))),
              addAt(besideEntry(v.line.get, v.entry.get), v.scale.get),
              call(
                SCATTER,
                v.index.get,
                v.value.get,
                i32.add(v.entry.get, i32.constant(column)),
                v.scale.get,
                i32.add(v.into.get, i32.multiply(loadColumn(v.entry.get), v.width.get)),
              ),
              v.entry.set(i32.add(v.entry.get, i32.constant(column))),
              v.from.set(i32.add(v.from.get, i32.constant(bytes))),
            ),
            addAt(v.corner.get, v.weight.get),
          ),
        ]),
      ];
    },
  );

  /** Writes the entries of a row to their places in a table of SPREAD numbers for each column. */
  const spread = wasmFunction(
    "spread",
    { parameters: { index: "i32", value: "i32", end: "i32", into: "i32" }, locals: {} },
    ({ index, value, end, into }) =>
      whileTrue(
        i32.isLess(index.get, end.get),
        f64.store(i32.add(into.get, i32.shiftLeft(loadColumn(index.get), 6)), loadValue(value.get)),
        index.set(i32.add(index.get, i32.constant(column))),
        value.set(i32.add(value.get, i32.constant(bytes))),
      ),
  );

  /** The products of listed rows with those of a table, in SPREAD rows of `width` bytes from `into` on. */
  const timesSpread = wasmFunction(
    "timesSpread",
    {
      parameters: { ...pointers, list: "i32", listEnd: "i32", table: "i32", into: "i32", width: "i32" },
      locals: { at: "i32", from: "i32", end: "i32", line: "i32", number: "f64x2", ...eightSums },
    },
    (v) => {
      const sums = [v.s0, v.s1, v.s2, v.s3];
      return whileTrue(
        i32.isLess(v.list.get, v.listEnd.get),
        v.line.set(i32.add(v.start.get, i32.shiftLeft(i32.load(v.list.get), 2))),
        v.at.set(i32.load(v.line.get)),
        v.from.set(i32.add(v.value.get, valuesOf(v.at.get))),
        v.end.set(i32.add(v.index.get, columnsOf(i32.load(v.line.get, INT)))),
        v.at.set(i32.add(v.index.get, columnsOf(v.at.get))),
        sums.map((sum) => sum.set(f64x2.constant(0))),
        whileTrue(
          i32.isLess(v.at.get, v.end.get),
          v.line.set(i32.add(v.table.get, i32.shiftLeft(loadColumn(v.at.get), 6))),
          v.number.set(f64x2.splat(loadValue(v.from.get))),
          sums.map((sum, k) =>
            sum.set(f64x2.add(sum.get, f64x2.multiply(v.number.get, f64x2.load(v.line.get, 16 * k)))),
          ),
          v.at.set(i32.add(v.at.get, i32.constant(column))),
          v.from.set(i32.add(v.from.get, i32.constant(bytes))),
        ),
        v.line.set(v.into.get),
        sums.map((sum) =>
          ([0, 1] as const).map((lane) => [
            f64.store(v.line.get, f64x2.lane(sum.get, lane)),
            v.line.set(i32.add(v.line.get, v.width.get)),
          ]),
        ),
        v.into.set(i32.add(v.into.get, i32.constant(8))),
        v.list.set(i32.add(v.list.get, i32.constant(INT))),
      );
    },
  );

  return wasmModule([
    product,
    scatter,
    times,
    addTo,
    thereAndBack,
    gram,
    squares,
    spread,
    timesSpread,
    ...compressLoops(type, column),
  ]);
}
