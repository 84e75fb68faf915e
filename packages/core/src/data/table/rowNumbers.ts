// Columns that number the rows of a table, which say nothing of what the rows are.

import { type Columns, columnNamed } from "./columns.ts";
import type { Dialect } from "./dialect.ts";
import type { TableTask } from "./options.ts";

/** Names of columns that number rows; pandas and R write them without one, which pandas calls so when it reads them. */
const indexName = /^(|unnamed: ?[\d.]+|index|id|row|rownames)$/i;

/** The feature that is no more than the number of its row: one named so, or the first one of a table without names. */
export function rowNumbers(
  values: Float32Array | Float64Array,
  rows: number,
  words: readonly unknown[],
  { header }: Dialect,
  { features, names }: Columns,
  { keep = [] }: TableTask,
): number | undefined {
  if (rows < 3) return undefined;
  const kept = keep.map((column) => columnNamed(names, column));
  return features.find((column, place) => {
    if (words[place] || kept.includes(column)) return false;
    const mayCount = header ? indexName.test(header[column]) : column === 0;
    return mayCount && areNumbersOfRows(values, rows, features.length, place, header !== undefined);
  });
}

/**
 * Whether feature `place` of D counts the rows from 0 or 1; or, where its name says that it numbers them, is another
 * whole number in each row, as rows that were shuffled or chosen keep theirs.
 */
function areNumbersOfRows(
  values: Float32Array | Float64Array,
  rows: number,
  d: number,
  place: number,
  isNamedSo: boolean,
): boolean {
  const numbers = Float64Array.from({ length: rows }, (_, i) => values[i * d + place]);
  const [first] = numbers;
  if (first <= 1 && numbers.every((value, i) => value === first + i)) return first === 0 || first === 1;
  if (!isNamedSo || !numbers.every((value) => value >= 0 && Number.isInteger(value))) return false;
  numbers.sort();
  return numbers.every((value, i) => i === 0 || value > numbers[i - 1]);
}
