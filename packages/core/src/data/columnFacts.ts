// What one pass over all features tells of each column: everything that is asked of them before anything is learned.

import { rowSize } from "../tensor.ts";
import { type Features, isSparse } from "./sparse.ts";

/** Of each column, over the numbers that are there: all of dense rows, the entries of sparse ones. */
export interface ColumnFacts {
  /** Infinity where there are none. */
  readonly least: Float64Array;
  readonly greatest: Float64Array;
  /** How many are not zero. */
  readonly nonZeros: Int32Array;
  /** Whether all numbers of all columns are finite. */
  readonly areFinite: boolean;
  /** Whether all are integers. */
  readonly areWhole: boolean;
}

/** What was found of features that are still there: who reads them and who describes them ask the same. */
const known = new WeakMap<Features, ColumnFacts>();

/** What one pass over features tells, which nobody changes. */
export function columnFacts(features: Features): ColumnFacts {
  const found = known.get(features) ?? passOver(features);
  known.set(features, found);
  return found;
}

function passOver(features: Features): ColumnFacts {
  const columns = isSparse(features) ? features.columns : rowSize(features);
  const least = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  const nonZeros = new Int32Array(columns);
  // The sum of products with 0 is no number exactly where one of the factors is none: quicker than to ask each.
  let sum = 0;
  let areWhole = true;
  // Loops of their own: a call for each number would take most of the time.
  if (isSparse(features)) {
    const { index, value } = features;
    for (let k = 0; k < value.length; k++) {
      const [j, v] = [index[k], value[k]];
      sum += 0 * v;
      if (v < least[j]) least[j] = v;
      if (v > greatest[j]) greatest[j] = v;
      if (v !== 0) nonZeros[j]++;
      if (areWhole && Math.floor(v) !== v) areWhole = false;
    }
  } else {
    const { data } = features;
    for (let from = 0; from < data.length; from += columns) {
      for (let j = 0; j < columns; j++) {
        const v = data[from + j];
        sum += 0 * v;
        if (v < least[j]) least[j] = v;
        if (v > greatest[j]) greatest[j] = v;
        nonZeros[j] += v !== 0 ? 1 : 0;
        if (areWhole && Math.floor(v) !== v) areWhole = false;
      }
    }
  }
  return { least, greatest, nonZeros, areFinite: sum === 0, areWhole };
}

/** The least and the greatest number of all rows; 0 is among them where sparse rows leave cells out. */
export function valueRange(features: Features, { least, greatest }: ColumnFacts): [number, number] {
  const isFull = !isSparse(features) || features.value.length === features.rows * features.columns;
  const none = isFull ? Number.POSITIVE_INFINITY : 0;
  return [least.reduce((a, b) => Math.min(a, b), none), greatest.reduce((a, b) => Math.max(a, b), isFull ? -none : 0)];
}
