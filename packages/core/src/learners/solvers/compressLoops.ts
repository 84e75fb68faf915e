// Loops that leave the zeros of dense rows out, as WebAssembly: four numbers of 32 bits at a time.

import {
  type Code,
  f64,
  f64x2,
  i32,
  i32x4,
  type Variable,
  wasmFunction,
  wasmModule,
  whileTrue,
} from "../../assembler.ts";
import type { FloatType } from "../../tensor.ts";
import { type ColumnBytes, entryCode, INT } from "./entryCode.ts";

export type CompressLoopName = "mark" | "compress";

/** Numbers that are looked at together; beyond the last entry as many are written to, but for the first of them. */
export const TOGETHER = 4;

/** For each set of four places, which bytes of 16 are those at the places, one behind the other. */
export function closingUp(): Uint8Array {
  const bytes = new Uint8Array(2 ** TOGETHER * 16);
  for (let set = 0; set < 2 ** TOGETHER; set++) {
    let at = 16 * set;
    for (let place = 0; place < TOGETHER; place++) {
      if ((set >> place) % 2 === 1) for (let k = 0; k < 4; k++) bytes[at++] = 4 * place + k;
    }
  }
  return bytes;
}

/** The module for dense numbers of one type, whose entries have columns of one size. */
export function compressLoops(type: FloatType, column: ColumnBytes): Uint8Array<ArrayBuffer> {
  const { bytes, columnsOf, valuesOf, loadValue, storeValue, storeColumn } = entryCode(type, column);

  /** Goes along rows of dense numbers, of which `from` is the next, and the places of their columns from `first` on. */
  const alongRows = (
    v: Record<"from" | "to" | "first" | "columns" | "at" | "end" | "isEntry", Variable>,
    { four, one, atEnd = [] }: { readonly four: Code; readonly one: Code; readonly atEnd?: Code },
  ): Code => {
    const advance = (count: number) => [
      v.from.set(i32.add(v.from.get, i32.constant(count * bytes))),
      v.at.set(i32.add(v.at.get, i32.constant(count * INT))),
    ];
    return [
      v.end.set(i32.add(v.first.get, i32.shiftLeft(v.columns.get, 2))),
      whileTrue(
        i32.isLess(v.from.get, v.to.get),
        v.at.set(v.first.get),
        type === "float32"
          ? whileTrue(
              i32.isLess(i32.add(v.at.get, i32.constant(INT * (TOGETHER - 1))), v.end.get),
              four,
              advance(TOGETHER),
            )
          : [],
        whileTrue(
          i32.isLess(v.at.get, v.end.get),
          v.isEntry.set(f64.isNot(loadValue(v.from.get), f64.constant(0))),
          one,
          advance(1),
        ),
        atEnd,
      ),
    ];
  };
  const areEntries = (from: Variable) => i32x4.isNotSingle(i32x4.load(from.get), f64x2.constant(0));

  /** Marks the columns that have entries by what is not 0, and returns how many entries there are. */
  const mark = wasmFunction(
    "mark",
    {
      parameters: { from: "i32", to: "i32", first: "i32", columns: "i32" },
      locals: { at: "i32", end: "i32", isEntry: "i32", entries: "i32", some: "f64x2", fourEntries: "f64x2" },
      result: "i32",
    },
    (v) => [
      alongRows(v, {
        four: [
          v.some.set(areEntries(v.from)),
          i32x4.store(v.at.get, i32x4.or(i32x4.load(v.at.get), v.some.get)),
          // What is so is -1.
          v.fourEntries.set(i32x4.subtract(v.fourEntries.get, v.some.get)),
        ],
        one: [
          i32.store(v.at.get, i32.or(i32.load(v.at.get), v.isEntry.get)),
          v.entries.set(i32.add(v.entries.get, v.isEntry.get)),
        ],
      }),
      ([0, 1, 2, 3] as const).map((lane) => v.entries.set(i32.add(v.entries.get, i32x4.lane(v.fourEntries.get, lane)))),
      v.entries.get,
    ],
  );

  /**
   * Writes the entries behind the `count` that there are: their new columns, which stand from `first` on, and values,
   * without a branch for each number, and where rows end. At `closing` lies what `closingUp` returns.
   */
  const compress = wasmFunction(
    "compress",
    {
      parameters: {
        ...{ from: "i32", to: "i32", first: "i32", columns: "i32", count: "i32" },
        ...{ start: "i32", index: "i32", value: "i32", closing: "i32" },
      },
      locals: { at: "i32", end: "i32", isEntry: "i32", some: "i32", places: "f64x2" },
      result: "i32",
    },
    (v) => {
      const advance = (entries: Code) => [
        v.index.set(i32.add(v.index.get, columnsOf(entries))),
        v.value.set(i32.add(v.value.get, valuesOf(entries))),
        v.count.set(i32.add(v.count.get, entries)),
      ];
      return [
        v.index.set(i32.add(v.index.get, columnsOf(v.count.get))),
        v.value.set(i32.add(v.value.get, valuesOf(v.count.get))),
        alongRows(v, {
          four: [
            v.some.set(i32x4.bits(areEntries(v.from))),
            v.places.set(i32x4.load(i32.add(v.closing.get, i32.shiftLeft(v.some.get, 4)))),
            i32x4.store(v.value.get, i32x4.bytesAt(i32x4.load(v.from.get), v.places.get)),
            v.places.set(i32x4.bytesAt(i32x4.load(v.at.get), v.places.get)),
            i32x4.store(v.index.get, column === 2 ? i32x4.halves(v.places.get, v.places.get) : v.places.get),
            v.some.set(i32.bitsSet(v.some.get)),
            advance(v.some.get),
          ],
          one: [
            storeColumn(v.index.get, i32.load(v.at.get)),
            storeValue(v.value.get, loadValue(v.from.get)),
            advance(v.isEntry.get),
          ],
          atEnd: [v.start.set(i32.add(v.start.get, i32.constant(INT))), i32.store(v.start.get, v.count.get)],
        }),
        v.count.get,
      ];
    },
  );

  return wasmModule([mark, compress]);
}
