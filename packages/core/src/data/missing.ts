// What stands for a value that is not there.

/** Marks of missing values that are understood where none are named: those that pandas, R and Weka write. */
const missingMarks: readonly string[] = [
  "",
  "?",
  "NA",
  "N/A",
  "n/a",
  "<NA>",
  "#N/A",
  "NaN",
  "nan",
  "NULL",
  "null",
  "None",
];

/** A function that says whether a text stands for a missing value: an empty one, or one of the marks. */
export function missingTest(marks: readonly string[] = missingMarks): (text: string) => boolean {
  const set = new Set(["", ...marks]);
  return (text) => set.has(text);
}

/**
 * What becomes of rows with missing values: they are left out, the value becomes a number (in a column of words its
 * digits) or a word, or what is usual in its column: the median of numbers, the most frequent word; with a mask, a
 * further column of 0 and 1 says of each column of numbers where that happened.
 */
export type MissingRule = number | { readonly word: string } | "drop" | "median" | "median+mask";

/** The name of the column that says where values of another one were missing. */
export function maskColumn(name: string): string {
  return `${name} missing`;
}
