// What was found in a file of data, and what was taken for what, so that people can see what a program guessed.

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
  /** Cells that had no value and were filled. */
  readonly filled?: number;
  /** The arrays whose values stand side by side in a row, where no array is called x or images. */
  readonly arrays?: readonly string[];
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
};

/** One line that says how a file was read, with the options that change it. */
export function describeReading(file: string, reading: DataReading): string {
  return `read ${file}: ${readingParts(reading).join(", ")}`;
}

/** What there is to say of how a file was read, each part with the option that changes it. */
export function readingParts(reading: DataReading): string[] {
  const { rows, features, classes, label, labelBecause = "asked", separator, decimal, names, encoding } = reading;
  const option = labelBecause === "asked" ? "" : "; --label";
  const parts = [
    `${rows} rows`,
    `${features} ${separator ? "numeric columns" : "features"}`,
    label === undefined
      ? `${classes} classes`
      : `label ${JSON.stringify(label)}${reasons[labelBecause]} (${classes} ${classes === 1 ? "class" : "classes"}${option})`,
    reading.arrays && `a row of ${reading.arrays.map((name) => JSON.stringify(name)).join(", ")} side by side`,
    separator && `separator ${separator === "\t" ? "tab" : `"${separator}"`} (--separator)`,
    decimal === "," && "decimal comma (--decimal)",
    names !== undefined && `${names ? "names on top" : "no names on top"} (--names)`,
    encoding !== undefined && encoding !== "utf-8" && `text in ${encoding} (--encoding)`,
    reading.emptyLast && "an empty last column left out",
    reading.filled && `${reading.filled} missing values filled (--missing)`,
    reading.bytes === "unit" && "bytes divided by 255 (--bytes)",
    reading.bytes === "raw" && "bytes taken as they are (--bytes)",
    reading.firstColumn !== undefined &&
      `columns counted from ${reading.firstColumn}${reading.firstColumn === 1 ? " (from 0 with --zero-based)" : ""}`,
  ];
  return parts.filter((part) => typeof part === "string");
}
