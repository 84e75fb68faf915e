// The loops over compressed rows as WebAssembly: operation by operation those of `sparseProducts.ts`, so that results
// are the same to the last bit, in a third of the time.

import { type Code, call, f64, i32, wasmFunction, wasmModule, when, whileTrue } from "../../assembler.ts";
import type { FloatType } from "../../tensor.ts";
import { type ColumnBytes, compressed, entryCode, ofRows } from "./entryCode.ts";

export type SparseLoopName = "times" | "addTo" | "thereAndBack" | "gram";

/** The places of functions that others call. */
const [PRODUCT, SCATTER] = [0, 1];

/** The module for values of one type, and columns of one size; it offers beside its loops what these share. */
export function sparseLoops(type: FloatType, column: ColumnBytes): Uint8Array<ArrayBuffer> {
  const { bytes, loadColumn, loadValue, forEachRow } = entryCode(type, column);
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

  return wasmModule([product, scatter, times, addTo, thereAndBack, gram]);
}
