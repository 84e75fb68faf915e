// Features as they come from a file: made floating-point, and checked for what no model can use.

import { InputError } from "../errors.ts";
import { type FloatType, type Tensor, toFloat } from "../tensor.ts";
import type { ColumnFacts } from "./columnFacts.ts";
import type { Domain } from "./domain.ts";
import { isWhole } from "./featureKind.ts";
import { type Features, forEachEntry, isSparse, type SparseRows } from "./sparse.ts";

/** What bytes mean: parts of 255, or the numbers that they are. */
export type BytesAs = "unit" | "raw";

/** What uint8 features mean where nobody says: flags where none is above 1, else parts of 255; undefined for others. */
export function meaningOfBytes(x: Tensor): BytesAs | undefined {
  if (x.type !== "uint8") return undefined;
  // A call for each of a hundred million bytes would take longer than to read them.
  for (let i = 0; i < x.data.length; i++) if ((x.data[i] as number) > 1) return "unit";
  return "raw";
}

/**
 * Features of any element type as floating-point numbers.
 *
 * uint8 is divided by 255 where it means that; booleans become 0 and 1; other integers become float32 where that is
 * exact for all of them, else the nearest float64.
 */
export function floatFeatures(x: Tensor, bytes: BytesAs | undefined = meaningOfBytes(x)): Tensor<FloatType> {
  if (x.type === "float32" || x.type === "float64") return x as Tensor<FloatType>;
  if (x.type === "uint8" && bytes === "unit") {
    // Each quotient is computed once: to look one up takes a third of the time of a division.
    const parts = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
    const bytes = x.data as Uint8Array;
    const data = new Float32Array(bytes.length);
    for (let i = 0; i < data.length; i++) data[i] = parts[bytes[i]];
    return { type: "float32", shape: x.shape, data };
  }
  const { data } = x;
  let isExact = true;
  for (let i = 0; i < data.length && isExact; i++) isExact = Math.fround(Number(data[i])) === Number(data[i]);
  return toFloat(x, isExact ? "float32" : "float64");
}

/** Throws an InputError that counts NaN and infinite features, if there are any, and places the first. */
export function checkFinite(features: Features, facts: ColumnFacts): void {
  if (facts.areFinite) return;
  const bad = tally(features, (_, value) => !Number.isFinite(value));
  if (bad.count === 0) return;
  throw new InputError("invalid", "features", {
    expected: "finite numbers",
    got: `${bad.count} NaN or infinite, the first ${bad.first}`,
    remedy: "remove or fill those cells",
  });
}

/** Throws an InputError that counts the features outside their domain and places the first. */
export function checkInside(features: Features, domain: Domain, facts: ColumnFacts): void {
  const { lower, upper, kinds } = domain;
  const columns = isSparse(features) ? features.columns : features.data.length / features.shape[0];
  const box = `[${lower[0]}, ${upper[0]}]`;
  if (lower.length !== columns || upper.length !== columns || (kinds && kinds.length !== columns)) {
    throw new InputError("invalid", "domain", {
      expected: `bounds for ${columns} features`,
      got: `${lower.length} lower and ${upper.length} upper bounds`,
      remedy: "give one bound of each side per feature",
    });
  }
  const inverted = lower.findIndex((bound, column) => !(bound <= upper[column]));
  const frozen = lower.every((bound, column) => bound === upper[column]);
  if (inverted >= 0 || frozen) {
    const empty = Math.max(inverted, 0);
    throw new InputError("invalid", "box", {
      expected: "a lower bound below the upper bound",
      got: `[${lower[empty]}, ${upper[empty]}]`,
      remedy: "declare the values that features may take with --box",
    });
  }
  if (isSparse(features) && lower.some((bound, column) => bound > 0 || upper[column] < 0)) {
    throw new InputError("invalid", "box", {
      expected: "a box that contains 0, the value of all that sparse rows leave out",
      got: box,
      remedy: "declare a box with 0 in it with --box",
    });
  }
  // A bound such as 0.1 is compared as the features hold it, or float32 features could never reach it.
  const single = !isSparse(features) && features.type === "float32";
  const least = single ? lower.map(Math.fround) : lower;
  const greatest = single ? upper.map(Math.fround) : upper;
  const isInside = least.every((bound, j) => !(facts.least[j] < bound) && !(facts.greatest[j] > greatest[j]));
  if (isInside && (facts.areWhole || !kinds?.some(isWhole))) return;
  const bad = tally(
    features,
    (column, value) =>
      value < least[column] ||
      value > greatest[column] ||
      (kinds !== undefined && isWhole(kinds[column]) && !Number.isInteger(value)),
  );
  if (bad.count === 0) return;
  throw new InputError("invalid", "features", {
    expected: `values inside the declared box, such as ${box} for the first feature`,
    got: `${bad.count} outside, the first ${bad.first}`,
    remedy: "declare the box of the data with --box, or scale the data into it",
  });
}

/**
 * Throws an InputError unless rows are in compressed form: entries counted by `start`, columns ascending and in range.
 */
export function checkSparse(x: SparseRows): void {
  const entries = x.start[x.rows];
  let sound =
    x.start.length === x.rows + 1 && x.start[0] === 0 && entries === x.index.length && entries === x.value.length;
  for (let row = 0; sound && row < x.rows; row++) {
    if (x.start[row] > x.start[row + 1]) sound = false;
    for (let entry = x.start[row], last = -1; sound && entry < x.start[row + 1]; entry++) {
      sound = x.index[entry] > last && x.index[entry] < x.columns;
      last = x.index[entry];
    }
  }
  if (sound) return;
  throw new InputError("invalid", "sparse rows", {
    expected: `${x.rows} rows in compressed form, columns ascending below ${x.columns}`,
    got: `${x.start.length} starts, ${x.index.length} columns and ${x.value.length} values that do not fit together`,
    remedy: "sort the entries of each row by column and merge repeated ones",
  });
}

function tally(features: Features, wrong: (column: number, value: number) => boolean) {
  let count = 0;
  let first = "";
  forEachEntry(features, (row, column, value) => {
    if (!wrong(column, value)) return;
    if (count++ === 0) first = `${value} in row ${row}, column ${column} (counted from 0)`;
  });
  return { count, first };
}
