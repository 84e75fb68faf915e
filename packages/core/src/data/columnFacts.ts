// What one pass over all features tells of each column: everything that is asked of them before anything is learned.

import { rowSize } from "../tensor.ts";
import { forEachLentBlock, REST } from "./singleLoops.ts";
import { type Features, isSparse, type SparseRows } from "./sparse.ts";

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
  if (!isSparse(features) && features.data instanceof Float32Array) {
    const found = factsOfSingles(features.data, rowSize(features));
    if (found) return found;
  }
  const columns = isSparse(features) ? features.columns : rowSize(features);
  const least = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
  const greatest = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
  const nonZeros = new Int32Array(columns);
  const facts = { least, greatest, nonZeros };
  // Loops of their own: a call for each number would take most of the time.
  const areFinite = isSparse(features)
    ? factsOfEntries(features.index, features.value, facts)
    : factsOfRows(features.data, facts);
  const areWhole = areAllWhole(isSparse(features) ? features.value : features.data);
  return { ...facts, areFinite, areWhole };
}

type OfColumns = Pick<ColumnFacts, "least" | "greatest" | "nonZeros">;

/** Notes the entries of sparse rows, and tells whether all are finite. */
function factsOfEntries(
  index: Int32Array,
  value: SparseRows["value"],
  { least, greatest, nonZeros }: OfColumns,
): boolean {
  // The sum of products with 0 is no number exactly where one of the factors is none: quicker than to ask each.
  let sum = 0;
  for (let k = 0; k < value.length; k++) {
    const j = index[k];
    const v = value[k];
    sum += 0 * v;
    if (v < least[j]) least[j] = v;
    if (v > greatest[j]) greatest[j] = v;
    if (v !== 0) nonZeros[j]++;
  }
  return sum === 0;
}

/** The same of dense rows. */
function factsOfRows(data: Float32Array | Float64Array, { least, greatest, nonZeros }: OfColumns): boolean {
  const columns = least.length;
  let sum = 0;
  for (let from = 0; from < data.length; from += columns) {
    for (let j = 0; j < columns; j++) {
      const v = data[from + j];
      sum += 0 * v;
      if (v < least[j]) least[j] = v;
      if (v > greatest[j]) greatest[j] = v;
      nonZeros[j] += v !== 0 ? 1 : 0;
    }
  }
  return sum === 0;
}

/** Turns the bits of a number in float32 into an integer that is larger where the number is, and back. */
const ordered = (bits: number) => bits ^ ((bits >> 31) & REST);
/** What infinity becomes so, and its negative. */
const [INFINITE, NEGATIVE_INFINITE] = [0x7f800000, ordered(0xff800000)];

/** What is known of columns by the bits of their numbers, over the lines so far. */
interface Ranges {
  readonly least: Int32Array;
  readonly greatest: Int32Array;
  readonly nonZeros: Int32Array;
}

const noRanges = (columns: number): Ranges => ({
  least: new Int32Array(columns).fill(INFINITE),
  greatest: new Int32Array(columns).fill(NEGATIVE_INFINITE),
  nonZeros: new Int32Array(columns),
});

/**
 * The same of dense rows in float32 by the bits of their numbers, without a branch that depends on them: a quarter of
 * the time, and by compiled loops a twentieth. Undefined where some are not finite.
 */
function factsOfSingles({ buffer, byteOffset, length }: Float32Array, columns: number): ColumnFacts | undefined {
  const bits = new Int32Array(buffer, byteOffset, length);
  const ranges = noRanges(columns);
  const { least, greatest, nonZeros } = ranges;
  const begun = compiledRanges(bits, ranges);
  for (let from = begun.done; from < length; from += columns) {
    for (let j = 0; j < columns; j++) {
      const number = bits[from + j];
      const place = ordered(number);
      if (place < least[j]) least[j] = place;
      if (place > greatest[j]) greatest[j] = place;
      // Neither 0 nor -0: then the sign bit is set in the rest or in its negative.
      const rest = number << 1;
      nonZeros[j] += (rest | -rest) >>> 31;
    }
  }
  const areFinite = (each: number) => each > NEGATIVE_INFINITE && each < INFINITE;
  if (length > 0 && !(least.every(areFinite) && greatest.every(areFinite))) return undefined;
  // A sum with 0 has no negative zero.
  const numbers = (places: Int32Array) =>
    Float64Array.from(new Float32Array(places.map(ordered).buffer), (number) => number + 0);
  const areWhole = begun.areWhole && areAllWhole(new Float32Array(buffer, byteOffset, length).subarray(begun.done));
  return { least: numbers(least), greatest: numbers(greatest), nonZeros, areFinite: true, areWhole };
}

/** Begins with as many rows as compiled loops take: up to which number, and whether all of these are whole. */
function compiledRanges(bits: Int32Array, { least, greatest, nonZeros }: Ranges) {
  const columns = least.length;
  // As many rows in one line as make a multiple of the four numbers that are taken together.
  const width = columns % 4 === 0 ? columns : columns % 2 === 0 ? 2 * columns : 4 * columns;
  let areWhole = true;
  let found: Ranges | undefined;
  const lines = forEachLentBlock(bits, { width, together: 1, room: () => 3 * width }, ({ loops, room }, bytes) => {
    if (!found) {
      const [low, high, count] = [0, 1, 2].map((k) => room.subarray(k * width, (k + 1) * width));
      low.fill(INFINITE);
      high.fill(NEGATIVE_INFINITE);
      count.fill(0);
      found = { least: low, greatest: high, nonZeros: count };
    }
    const { least, greatest, nonZeros } = found;
    const hasFractions = loops.ranges(bytes, 4 * width, least.byteOffset, greatest.byteOffset, nonZeros.byteOffset);
    areWhole &&= hasFractions === 0;
  });
  for (let k = 0; found && k < width; k++) {
    const j = k % columns;
    least[j] = Math.min(least[j], found.least[k]);
    greatest[j] = Math.max(greatest[j], found.greatest[k]);
    nonZeros[j] += found.nonZeros[k];
  }
  return { done: lines * width, areWhole };
}

function areAllWhole(values: Float32Array | Float64Array): boolean {
  for (let k = 0; k < values.length; k++) if (Math.floor(values[k]) !== values[k]) return false;
  return true;
}

/** The least and the greatest number of all rows; 0 is among them where sparse rows leave cells out. */
export function valueRange(features: Features, { least, greatest }: ColumnFacts): [number, number] {
  const isFull = !isSparse(features) || features.value.length === features.rows * features.columns;
  const none = isFull ? Number.POSITIVE_INFINITY : 0;
  return [least.reduce((a, b) => Math.min(a, b), none), greatest.reduce((a, b) => Math.max(a, b), isFull ? -none : 0)];
}
