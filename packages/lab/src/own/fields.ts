// The fields of the page that say how files are read, in the order in which they stand.

import type { Written } from "./options.ts";

interface Field {
  /** What stands beside it. */
  readonly label: string;
  /** What stands in it while it is empty: what happens then, or how it is written. */
  readonly empty: string;
  /** What may be chosen, and the words for it; a text where absent. */
  readonly choices?: Readonly<Record<string, string>>;
}

const yesOrNo = { yes: "yes", no: "no" };

/** Fields about data, by the option that each is in the command. */
export const dataFields = {
  label: { label: "Labels in", empty: "found by itself" },
  box: { label: "Features between", empty: "what is observed" },
  missing: { label: "Missing values", empty: "refused; or: median" },
  na: { label: "Marks of missing values", empty: "?, NA, null, …" },
  drop: { label: "Leave out columns", empty: "none" },
  keep: { label: "Keep columns", empty: "all but row numbers" },
  categorical: { label: "Columns of words", empty: "found by itself" },
  names: { label: "Names on top", empty: "found by itself", choices: yesOrNo },
  separator: {
    label: "Separator",
    empty: "found by itself",
    choices: { comma: "comma", semicolon: "semicolon", tab: "tab", pipe: "pipe", space: "space" },
  },
  decimal: {
    label: "Decimal mark",
    empty: "found by itself",
    choices: { ".": "point: 1.5", ",": "comma: 1,5" },
  },
  encoding: {
    label: "Encoding",
    empty: "found by itself",
    choices: { "utf-8": "UTF-8", latin1: "Latin-1", "utf-16le": "UTF-16 LE", "utf-16be": "UTF-16 BE" },
  },
  bytes: {
    label: "Bytes are",
    empty: "found by itself",
    choices: { unit: "parts of 255", raw: "numbers" },
  },
  columns: { label: "Number of columns", empty: "the largest there is" },
  zeroBased: { label: "Columns count from 0", empty: "no", choices: { yes: "yes" } },
} as const satisfies Readonly<Partial<Record<keyof Written, Field>>>;

/** Fields about models, likewise. */
export const modelFields = {
  classes: { label: "Classes of the models", empty: "in order, with commas" },
  normalize: { label: "Normalized by mean, deviation", empty: "not at all" },
  inputShape: { label: "Sizes of one row", empty: "as in the file" },
  output: { label: "Output of scores", empty: "found by itself" },
} as const satisfies Readonly<Partial<Record<keyof Written, Field>>>;

/** All of them. */
export const fields: Readonly<Record<keyof Written, Field>> = { ...dataFields, ...modelFields };
