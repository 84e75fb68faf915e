// What was found in a file of data, and what was taken for what, so that people can see what a program guessed.

import type { MissingRule } from "./missing.ts";
import type { LabelReason } from "./table/columns.ts";
import type { Separator } from "./table/dialect.ts";
import type { Encoding } from "./table/encoding.ts";
import type { DecimalMark } from "./table/numbers.ts";

/** How a file was read; what does not apply to its format is absent. */
export interface DataReading {
  readonly rows: number;
  readonly features: number;
  readonly classes: number;
  /** The column or array that holds the labels, and why it was taken. */
  readonly label?: string;
  readonly labelBecause?: LabelReason;
  readonly encoding?: Encoding;
  readonly separator?: Separator;
  readonly decimal?: DecimalMark;
  /** Whether names of columns stand on top. */
  readonly names?: boolean;
  /** Whether a last column without name or values was left out. */
  readonly emptyLast?: boolean;
  /** Columns of words, each of which became so many features of 0 and 1. */
  readonly words?: readonly { readonly name: string; readonly values: number }[];
  /** The column without a name that numbers the rows and was left out. */
  readonly index?: string;
  /** Columns that were left out because the model takes none of their name. */
  readonly unused?: readonly string[];
  /** Cells that had no value and were filled, and by what rule. */
  readonly filled?: number;
  readonly filledBy?: MissingRule;
  /** Rows that were left out because they lacked a value. */
  readonly rowsLeftOut?: number;
  /** The arrays whose values stand side by side in a row, where no array is called x or images. */
  readonly arrays?: readonly string[];
  /** What the images of a folder are: channels, height and width. */
  readonly images?: string;
  /** What became of bytes: divided by 255 or taken as they are. */
  readonly bytes?: "unit" | "raw";
  /** The number of the first column in a file that numbers them. */
  readonly firstColumn?: 0 | 1;
}

const reasons: Readonly<Record<LabelReason, string>> = {
  asked: "",
  name: " by its name",
  texts: ", the only column of words that repeat",
  last: ", the last column",
  rest: ", the only column that the model does not take",
};

/** Columns of words that are named. */
const LISTED = 6;

function wordsPart(words: NonNullable<DataReading["words"]>): string {
  const shown = words.slice(0, LISTED).map(({ name, values }) => `${name} (${values})`);
  const more = words.length > LISTED ? ` and ${words.length - LISTED} more` : "";
  return (
    "words written out as a feature NAME=VALUE of 0 and 1 for each value, which attacks leave as they are unless " +
    `a features file says otherwise: ${shown.join(", ")}${more}`
  );
}

const filledWith = (rule: MissingRule | undefined): string => {
  if (typeof rule === "object") return `"${rule.word}"`;
  if (rule === "median+mask")
    return "the median or most frequent value of their column, marked in columns NAME missing";
  return rule === "median" ? "the median or most frequent value of their column" : String(rule);
};

/** One line that says how a file was read, with the options that change it. */
export function describeReading(file: string, reading: DataReading): string {
  return `read ${file}: ${readingParts(reading).join(", ")}`;
}

/** What there is to say of how a file was read, each part with the option that changes it. */
export function readingParts(reading: DataReading): string[] {
  const {
    rows,
    features,
    classes,
    label,
    labelBecause = "asked",
    separator,
    decimal,
    names,
    encoding,
    words,
  } = reading;
  const option = labelBecause === "asked" ? "" : "; --label";
  const parts = [
    `${rows} rows`,
    `${features} ${separator && !words ? "numeric columns" : "features"}`,
    words && wordsPart(words),
    label === undefined
      ? `${classes} classes`
      : `label ${JSON.stringify(label)}${reasons[labelBecause]} (${classes} ` +
        `${classes === 1 ? "class" : "classes"}${option})`,
    reading.arrays && `a row of ${reading.arrays.map((name) => JSON.stringify(name)).join(", ")} side by side`,
    separator && `separator ${separator === "\t" ? "tab" : `"${separator}"`} (--separator)`,
    decimal === "," && "decimal comma (--decimal)",
    names !== undefined && `${names ? "names on top" : "no names on top"} (--names)`,
    encoding !== undefined && encoding !== "utf-8" && `text in ${encoding} (--encoding)`,
    reading.emptyLast && "an empty last column left out",
    reading.index !== undefined && `the column without a name, which numbers rows, left out (--keep first)`,
    reading.unused && `left out, as the model takes none of that name: ${reading.unused.join(", ")}`,
    reading.filled && `${reading.filled} missing values filled with ${filledWith(reading.filledBy)} (--missing)`,
    reading.rowsLeftOut && `${reading.rowsLeftOut} rows with missing values left out (--missing)`,
    reading.images && `images of ${reading.images} (channels, height, width)`,
    reading.bytes === "unit" && "bytes divided by 255 (--bytes)",
    reading.bytes === "raw" && "bytes taken as they are (--bytes)",
    reading.firstColumn !== undefined &&
      `columns counted from ${reading.firstColumn}${reading.firstColumn === 1 ? " (from 0 with --zero-based)" : ""}`,
  ];
  return parts.filter((part) => typeof part === "string");
}
