// What is wrong with the cells, columns or labels of a table, in words.

import { InputError } from "../../errors.ts";
import { invalidFile } from "../formats/elements.ts";
import type { Columns } from "./columns.ts";

/** A cell that is no number. */
export interface CellFault {
  readonly column: number;
  readonly text: string;
  readonly isMissing: boolean;
}

export function noNumber(
  { column, text, isMissing }: CellFault,
  line: number,
  { names, features, texts }: Columns,
  name: string,
): InputError {
  const isText = texts.includes(column);
  if (!features.includes(column)) {
    return invalidFile(
      `line ${line} of ${name}`,
      "nothing in the last column, which has no name",
      `"${text}"`,
      "name it",
    );
  }
  const what = `value in column "${names[column]}" of ${name}`;
  if (isMissing) {
    return new InputError("invalid", what, {
      expected: isText ? "a word" : "a number",
      got: `a missing value${text === "" ? "" : ` ("${text}")`} in line ${line}`,
      remedy: "say what becomes of missing values: --missing 0, another value, --missing median or --missing drop",
    });
  }
  return new InputError("invalid", what, {
    expected: "a finite number such as -1.5 or 2e3",
    got: `"${text.slice(0, 40)}" in line ${line}`,
    remedy:
      `mend that cell, leave the column out with --drop "${names[column]}", or name it with --categorical if it ` +
      "holds words, with --label if it holds the classes",
  });
}

export function countsRows(column: string, name: string): InputError {
  return new InputError("invalid", `column "${column}" of ${name}`, {
    expected: "a feature",
    got: "another whole number in each row, as pandas and R number rows",
    remedy: `say --drop "${column}" to leave it out, or --keep "${column}" if it is a feature`,
  });
}

export function noValues(empty: readonly string[], rows: number, name: string): InputError {
  const named = empty.map((column) => `"${column}"`).join(" and ");
  return new InputError("invalid", `${empty.length === 1 ? "column" : "columns"} ${named} of ${name}`, {
    expected: "a value in some row, from which others are filled",
    got: `none in ${rows} rows`,
    remedy: `say --drop "${empty.join()}" to leave ${empty.length === 1 ? "it" : "them"} out`,
  });
}

export function onlyGaps(rows: number, name: string): InputError {
  return new InputError("invalid", name, {
    expected: "rows without missing values",
    got: `a missing value in each of ${rows}`,
    remedy: "fill them with --missing median, or leave out with --drop the columns that lack most",
  });
}

export function noClasses({ names, label }: Columns, classes: number, rows: number, name: string): InputError {
  return new InputError("invalid", `labels of ${name}`, {
    expected: "a column of classes",
    got: `${classes} different values in ${rows} rows of the last column, "${names[label]}"`,
    remedy: `say which column holds the labels with --label: --label "${names[label]}" if it does`,
  });
}

export function oneClass({ names, label }: Columns, value: string, name: string): InputError {
  return new InputError("invalid", `labels of ${name}`, {
    expected: "a column of classes",
    got: `"${value}" in every row of the last column, "${names[label]}"`,
    remedy: "say which column holds the labels with --label",
  });
}
