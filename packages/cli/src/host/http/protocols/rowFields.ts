// A row as fields by name: numbers by the names of their columns, words by that of the column they stood in.

import { InputError, type Tensor, unknownName } from "@carom/core";
import type { OneHotGroup } from "@carom/core/data";

/** What the columns of a row are called. */
export interface RowFields {
  readonly names: readonly string[];
  /** The columns that stand for words. */
  readonly groups?: readonly OneHotGroup[];
}

/** How a field of a row begins in a mapping. */
export const FIELD = "$row.";

export const isRowField = (text: string): boolean => text.startsWith(FIELD);

/** @throws InputError where rows have no field of that name */
export function requireField(field: string, fields: RowFields | undefined): void {
  if (!fields) {
    throw new InputError("invalid", `"${FIELD}${field}" of the mapping file`, {
      expected: "data whose columns have names",
      got: "data without",
      remedy: 'give a table with names on top, or say "$row" for the whole row',
    });
  }
  const inGroups = new Set((fields.groups ?? []).flatMap(({ columns }) => columns));
  const plain = fields.names.filter((_, j) => !inGroups.has(j));
  const known = [...plain, ...(fields.groups ?? []).map(({ name }) => name)];
  if (!known.includes(field)) unknownName("column in the mapping file:", field, known);
}

/** The number in a column of the first row, or the word of a group: that of its largest column. */
export function fieldOf(rows: Tensor, field: string, { names, groups }: RowFields): number | string {
  const row = Array.from(rows.data.subarray(0, names.length) as ArrayLike<number>);
  const group = groups?.find(({ name }) => name === field);
  if (!group) return row[names.indexOf(field)];
  const largest = group.columns.reduce((best, column, k) => (row[column] > row[group.columns[best]] ? k : best), 0);
  return group.values[largest];
}
