// How compiled loops go over the entries of compressed rows: values of one type, columns of two bytes or of four.

import { type Code, f64, i32, type Variable, whileTrue } from "../../assembler.ts";
import type { FloatType } from "../../tensor.ts";

/** Bytes of an entry's column: two where there are no more columns than they tell apart. */
export type ColumnBytes = 2 | 4;

/** Bytes of an address, or of a column before it has entries. */
export const INT = 4;

/** Where rows lie: addresses of where they start, of the columns and of the values of entries. */
export const pointers = { start: "i32", index: "i32", value: "i32" } as const;
export const compressed = { rows: "i32", ...pointers } as const;
export const ofRows = { place: "i32", first: "i32", end: "i32" } as const;
type RowVariables = Record<keyof typeof compressed | keyof typeof ofRows, Variable>;

/** Instructions for the entries of rows whose values have one type, and their columns one size. */
export function entryCode(type: FloatType, column: ColumnBytes) {
  const bytes = type === "float32" ? 4 : 8;
  /** Entries as the bytes of their columns, and those of their values; the bytes of columns as those of values. */
  const columnsOf = (entries: Code) => i32.shiftLeft(entries, column === 2 ? 1 : 2);
  const valuesOf = (entries: Code) => i32.shiftLeft(entries, bytes === 4 ? 2 : 3);
  const besideColumns = (length: Code) => i32.shiftLeft(length, Math.log2(bytes / column));
  return {
    bytes,
    columnsOf,
    valuesOf,
    loadColumn: column === 2 ? i32.loadHalf : i32.load,
    storeColumn: column === 2 ? i32.storeHalf : i32.store,
    loadValue: type === "float32" ? f64.loadSingle : f64.load,
    storeValue: type === "float32" ? f64.storeSingle : f64.store,
    /** Does something for each row, whose entries are from `index` to `end`; `place` is 8 times its number. */
    forEachRow: (v: RowVariables, body: Code): Code => [
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
    ],
  };
}
