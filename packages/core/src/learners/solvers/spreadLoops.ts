// The loops that multiply compressed rows with each other as WebAssembly: operation by operation those of
// `sparseProducts.ts`, so that results are the same to the last bit.

import { f64, f64x2, i32, wasmFunction, wasmModule, whileTrue } from "../../assembler.ts";
import type { FloatType } from "../../tensor.ts";
import { type ColumnBytes, compressed, entryCode, INT, ofRows, pointers } from "./entryCode.ts";

export type SpreadLoopName = "squares" | "spread" | "timesSpread";

/** Rows that are multiplied together with one row after the other: their numbers lie side by side, column by column. */
export const SPREAD = 8;

const eightSums = { s0: "f64x2", s1: "f64x2", s2: "f64x2", s3: "f64x2" } as const;

/** The module for values of one type, and columns of one size. */
export function spreadLoops(type: FloatType, column: ColumnBytes): Uint8Array<ArrayBuffer> {
  const { bytes, columnsOf, valuesOf, loadColumn, loadValue, forEachRow } = entryCode(type, column);

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

  return wasmModule([squares, spread, timesSpread]);
}
