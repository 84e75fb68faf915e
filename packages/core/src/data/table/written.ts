// Columns of numbers and of numbered words become features: gaps are filled, words written out in columns of 0 and 1.

import { allocate, type FloatType } from "../../tensor.ts";
import { type MissingRule, maskColumn } from "../missing.ts";
import { groupAt, type OneHotGroup, valueColumn } from "../oneHot.ts";

/** A column as it was read. */
interface RawColumn {
  readonly name: string;
  /** The words by their numbers; undefined for a column of numbers. */
  readonly words: readonly string[] | undefined;
}

export interface Written {
  readonly values: Float32Array | Float64Array;
  readonly names: readonly string[];
  readonly groups: readonly OneHotGroup[];
  /** The raw columns, by their place, that have no value in any row. */
  readonly empty: readonly number[];
}

/**
 * N rows of raw columns as features. NaN stands for a gap: it becomes the median of its column's numbers or, in a
 * column of words, the most frequent one (of equally many the first in order). Values of a group are in alphabetical
 * order; words that no row has are left out.
 */
export function writtenOut(
  raw: Float32Array | Float64Array,
  rows: number,
  columns: readonly RawColumn[],
  rule: MissingRule | undefined,
  type: FloatType,
): Written {
  const width = columns.length;
  const plans = columns.map((column, j) => {
    const own = Float64Array.from({ length: rows }, (_, i) => raw[i * width + j]);
    return column.words ? ofWords(column.name, column.words, own) : ofNumbers(column.name, own, rule);
  });
  const names = plans.flatMap((plan) => plan.names);
  const values = allocate(type, rows * names.length) as Float32Array | Float64Array;
  let first = 0;
  const groups: OneHotGroup[] = [];
  for (const plan of plans) {
    for (let i = 0; i < rows; i++) plan.write(i, values, i * names.length + first);
    if (plan.values) groups.push(groupAt(plan.name, plan.values, first));
    first += plan.names.length;
  }
  return { values, names, groups, empty: plans.flatMap((plan, j) => (plan.isEmpty ? [j] : [])) };
}

/** What becomes of one column. */
interface ColumnPlan {
  readonly name: string;
  readonly names: readonly string[];
  readonly values?: readonly string[];
  readonly isEmpty: boolean;
  write(row: number, into: Float32Array | Float64Array, at: number): void;
}

function ofWords(name: string, words: readonly string[], codes: Float64Array): ColumnPlan {
  const counts = new Float64Array(words.length);
  for (const code of codes) if (code >= 0) counts[code]++;
  const order = Array.from(counts.keys())
    .filter((code) => counts[code] > 0)
    .sort((a, b) => (words[a] < words[b] ? -1 : 1));
  const place = new Map(order.map((code, k) => [code, k]));
  const usual = order.reduce((best, code, k) => (counts[code] > counts[order[best]] ? k : best), 0);
  const values = order.map((code) => words[code]);
  return {
    ...{ name, values, names: values.map((value) => valueColumn(name, value)), isEmpty: values.length === 0 },
    write(row, into, at) {
      if (values.length > 0) into[at + (place.get(codes[row]) ?? usual)] = 1;
    },
  };
}

function ofNumbers(name: string, numbers: Float64Array, rule: MissingRule | undefined): ColumnPlan {
  const there = numbers.filter((value) => !Number.isNaN(value)).sort();
  const half = Math.floor(there.length / 2);
  const median = there.length % 2 === 1 ? there[half] : (there[half - 1] + there[half]) / 2;
  const hasMask = rule === "median+mask" && there.length < numbers.length;
  return {
    ...{ name, names: hasMask ? [name, maskColumn(name)] : [name], isEmpty: there.length === 0 },
    write(row, into, at) {
      const isMissing = Number.isNaN(numbers[row]);
      into[at] = isMissing ? median : numbers[row];
      if (hasMask) into[at + 1] = isMissing ? 1 : 0;
    },
  };
}
