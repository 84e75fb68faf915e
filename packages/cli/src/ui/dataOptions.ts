// Options that say how data files are read.

import {
  type BytesAs,
  type DataOptions,
  type DecimalMark,
  type Encoding,
  encodings,
  type MissingRule,
  type Separator,
  separatorNames,
  separators,
} from "@carom/core/data";
import type { Command } from "commander";
import { helpWidth, wrap } from "../terminal/wrap.ts";
import { invalid, parseNumber } from "./options.ts";

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
    .option("--drop <columns>", "columns of a table that are no features", splitList)
    .option("--keep <columns>", "columns of a table that are features though they number the rows", splitList)
    .option(
      "--categorical <columns>",
      "columns of a table that hold words, where those do not repeat or look like numbers",
      splitList,
    )
    .option(
      "--missing <rule>",
      "what becomes of missing values of a table: drop (their rows), median, median+mask, or value:X; refused " +
        "where absent",
      parseMissing,
    )
    .option("--na <marks>", "what stands for a missing value; where absent ?, NA, NaN, null and the like", splitList)
    .option("--names <yes|no>", "whether names of columns stand on top of a table", parseNamesOnTop)
    .option("--separator <name>", "comma, semicolon, tab, pipe or space between the cells of a table", parseSeparator)
    .option("--decimal <mark>", "the decimal mark of a table: . or ,", parseDecimal)
    .option("--encoding <name>", `the encoding of a table: ${encodings.join(", ")}`, parseEncoding)
    .option("--bytes <meaning>", "what uint8 features are: unit, parts of 255; or raw, numbers", parseBytes)
    .option(
      "--box <low,high>",
      "bounds of every feature; where absent, the range of the data: of each column of a table, of all pixels " +
        "of images",
      parseBox,
    )
    .option(
      "--columns <integer>",
      "number of features of a .svmlight file, where its largest index does not say",
      parseCount,
    )
    .option("--zero-based", "columns of a .svmlight file count from 0, as scikit-learn writes them");
}

const splitList = (text: string) => text.split(",");

function parseNamesOnTop(text: string): boolean {
  return oneOf("--names", text, { yes: true, no: false });
}

function parseSeparator(text: string): Separator {
  const names = Object.fromEntries(separators.map((each) => [separatorNames[each], each]));
  return (separators as readonly string[]).includes(text) ? (text as Separator) : oneOf("--separator", text, names);
}

function parseDecimal(text: string): DecimalMark {
  return oneOf("--decimal", text, { ".": ".", ",": ",", point: ".", comma: "," });
}

function parseEncoding(text: string): Encoding {
  const names = Object.fromEntries(encodings.map((each) => [each, each]));
  return oneOf("--encoding", text.toLowerCase(), names);
}

function parseBytes(text: string): BytesAs {
  return oneOf("--bytes", text, { unit: "unit", raw: "raw" });
}

/** The value that a word stands for. */
function oneOf<T>(option: string, text: string, values: Readonly<Record<string, T>>): T {
  if (Object.hasOwn(values, text)) return values[text];
  throw invalid(option, `one of ${Object.keys(values).join(", ")}`, text, "see --help");
}

/** What becomes of missing values: a rule, a number, or a word. */
function parseMissing(text: string): MissingRule {
  if (text === "drop" || text === "median" || text === "median+mask") return text;
  const given = text.startsWith("value:") ? text.slice("value:".length) : undefined;
  const value = parseNumber(given ?? text);
  if (Number.isFinite(value)) return value;
  if (given !== undefined && given.trim() !== "") return { word: given };
  throw invalid(
    "--missing",
    "drop, median, median+mask, or a value",
    text,
    "for instance --missing median or --missing value:unknown",
  );
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw invalid("--columns", "a positive integer", text, "give the number of features");
}

function parseBox(text: string): [number, number] {
  const [low, high, ...rest] = text.split(",").map(parseNumber);
  if (rest.length === 0 && Number.isFinite(low) && Number.isFinite(high) && low < high) return [low, high];
  throw invalid("--box", "two numbers, the lower first", text, "for instance --box 0,1");
}
