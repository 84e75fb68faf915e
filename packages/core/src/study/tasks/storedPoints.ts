// Sets of points as arrays of an artifact: written out, or as what they change of sparse rows, which they share.

import { type MaybeSparse, type SparseRows, sparseType } from "../../data/sparse.ts";
import { type AnyRows, inMemory, type Rows, rowsOf } from "../../rows.ts";
import { type ElementType, type FloatType, sizeOf, tensor } from "../../tensor.ts";
import type { Codec } from "../engine/codec.ts";
import { areSmallerChanged, changedRows, isChanged } from "./changedRows.ts";

/** How sets of points are kept: all as changes of the same rows where that is smaller, else all written out. */
export const pointsCodec: Codec<readonly MaybeSparse[]> = {
  name: "points",
  encode(sets) {
    const changed = sets.filter(isChanged);
    if (changed.length === 0 || changed.length < sets.length || !areSmallerChanged(changed)) {
      return { json: {}, arrays: Object.fromEntries(sets.map((points, i) => [`points:${i}`, points])) };
    }
    const [{ base, shape }] = changed;
    const entries = [base.index.length];
    const of = changed.flatMap(({ changes }, i): [string, AnyRows<ElementType>][] => [
      [`start:${i}`, tensor("float64", [changes.start.length], changes.start)],
      [`index:${i}`, changes.index],
      [`value:${i}`, changes.value],
    ]);
    return {
      json: { shape },
      arrays: {
        start: tensor("int32", [base.start.length], base.start),
        index: tensor("int32", entries, base.index),
        value: tensor(sparseType(base), entries, base.value),
        ...Object.fromEntries(of),
      },
    };
  },
  decode({ json, arrays }) {
    const { shape } = json as { readonly shape?: readonly number[] };
    const ofSets = (name: string) =>
      Object.keys(arrays)
        .filter((each) => each.startsWith(`${name}:`))
        .map((_, i) => arrays[`${name}:${i}`]);
    if (!shape) return ofSets("points").map((points) => rowsOf(points as AnyRows));
    const base: SparseRows = {
      rows: shape[0],
      columns: sizeOf(shape.slice(1)),
      start: inMemory(arrays.start).data as Int32Array,
      index: inMemory(arrays.index).data as Int32Array,
      value: inMemory(arrays.value).data as Float32Array | Float64Array,
    };
    const values = ofSets("value").map((value) => rowsOf(value) as Rows<FloatType>);
    const starts = ofSets("start").map((start) => inMemory(start).data as Float64Array);
    const indices = ofSets("index").map((index) => rowsOf(index) as Rows<"int32">);
    return values.map((value, i) => changedRows(base, { start: starts[i], index: indices[i], value }, shape));
  },
};
