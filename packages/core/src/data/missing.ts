// What stands for a value that is not there.

/** Marks of missing values that are understood where none are named: those that pandas, R and Weka write. */
export const missingMarks: readonly string[] = [
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
