// Options that say how data files are read.

import { type DataOptions, encodings, dataOptionParsers as parse } from "@carom/core/data";
import type { Command } from "commander";
import { helpWidth, wrap } from "../terminal/wrap.ts";

export interface DataFileOptions extends DataOptions {}

/** What the command line calls each option that says how data files are read. */
export const dataOptionNames = {
  label: "--label",
  drop: "--drop",
  keep: "--keep",
  categorical: "--categorical",
  missing: "--missing",
  na: "--na",
  names: "--names",
  separator: "--separator",
  decimal: "--decimal",
  encoding: "--encoding",
  box: "--box",
  bytes: "--bytes",
  columns: "--columns",
  zeroBased: "--zero-based",
} as const satisfies Record<keyof DataOptions, string>;

const dataHelp =
  "Data is a .npz file with arrays x (or images) and y (or target), a table as .csv, .tsv or .txt, a .svmlight " +
  "file, a pair of IDX files as images,labels, each optionally with .gz, a pair x.npy,y.npy, a folder of PNG or " +
  "JPEG images with labels.csv or a sub-folder for each class, or the word digits: the 1,922 handwritten digits 8 " +
  "and 9 that come with carom. How a file was read is told in one line, with the options that change it. Columns of " +
  "several tables are matched by their names. Features of type uint8 are divided by 255 and live in [0, 1], unless " +
  "none is above 1.";

/** Adds to a command's help what data may be, and examples. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const lines = examples.map((example) => `  ${example}`).join("\n");
  return command.addHelpText("after", () => `\n${wrap(dataHelp, helpWidth())}\n\nFor instance:\n${lines}`);
}

/** Adds the options that say how to read data files. */
export function withDataOptions(command: Command): Command {
  return command
    .option("--label <name>", "array of a .npz file, or column of a table, that holds the labels")
    .option("--drop <columns>", "columns of a table that are no features", parse.drop)
    .option("--keep <columns>", "columns of a table that are features though they number the rows", parse.keep)
    .option(
      "--categorical <columns>",
      "columns of a table that hold words, where those do not repeat or look like numbers",
      parse.categorical,
    )
    .option(
      "--missing <rule>",
      "what becomes of missing values of a table: drop (their rows), median, median+mask, or value:X; refused " +
        "where absent",
      parse.missing,
    )
    .option("--na <marks>", "what stands for a missing value; where absent ?, NA, NaN, null and the like", parse.na)
    .option("--names <yes|no>", "whether names of columns stand on top of a table", parse.names)
    .option("--separator <name>", "comma, semicolon, tab, pipe or space between the cells of a table", parse.separator)
    .option("--decimal <mark>", "the decimal mark of a table: . or ,", parse.decimal)
    .option("--encoding <name>", `the encoding of a table: ${encodings.join(", ")}`, parse.encoding)
    .option("--bytes <meaning>", "what uint8 features are: unit, parts of 255; or raw, numbers", parse.bytes)
    .option(
      "--box <low,high>",
      "bounds of every feature; where absent, the range of the data: of each column of a table, of all pixels " +
        "of images",
      parse.box,
    )
    .option(
      "--columns <integer>",
      "number of features of a .svmlight file, where its largest index does not say",
      parse.columns,
    )
    .option("--zero-based", "columns of a .svmlight file count from 0, as scikit-learn writes them");
}
