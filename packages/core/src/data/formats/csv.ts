// Tables of numbers as text, with a column of labels.

import { parse } from "csv-parse/browser/esm/sync";
import { InputError, unknownName } from "../../errors.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { invalidFile } from "./elements.ts";

export interface CsvOptions {
  /** The column of labels: its name, "first", "last", or its number from 1. */
  readonly label?: string | undefined;
  /** Columns that are no features, such as identifiers, named likewise. */
  readonly drop?: readonly string[] | undefined;
  /** What stands for a missing value (an empty cell or "?"); without it, such cells are refused. */
  readonly missing?: number | undefined;
}

export interface CsvTable {
  /** [N, D] */
  readonly features: Tensor<"float64">;
  /** Positions in the class names. */
  readonly labels: Int32Array;
  /** Integers in numerical order, else texts in alphabetical order. */
  readonly classNames: readonly string[];
  /** Names of the D features; numbers of columns where there is no header. */
  readonly featureNames: readonly string[];
}

const labelNames = ["label", "class", "target", "y"];

/**
 * Reads a table of comma-separated values, RFC 4180.
 *
 * The first line is a header where none of its cells is a number and some line below has one. The labels are the column
 * asked for; else the one with a usual name (label, class, target, y), else the only one with texts, else the last one.
 *
 * @throws InputError for lines of different length, features that are no numbers, and columns that do not exist.
 */
export function readCsv(bytes: Uint8Array, name = "CSV data", options: CsvOptions = {}): CsvTable {
  const rows = parseRows(bytes, name);
  const hasHeader = rows.length > 1 && !rows[0].some(isNumber) && rows[1].some(isNumber);
  const header = hasHeader ? rows[0] : rows[0]?.map((_, i) => String(i + 1));
  const body = hasHeader ? rows.slice(1) : rows;
  if (!header || body.length === 0) throw invalidFile(name, "at least one line of values", "none", "give another file");
  const label = labelColumn(header, body, options.label);
  const dropped = new Set((options.drop ?? []).map((column) => columnOf(header, column)));
  const columns = header.map((_, i) => i).filter((i) => i !== label && !dropped.has(i));
  const values = new Float64Array(body.length * columns.length);
  body.forEach((row, i) => {
    columns.forEach((column, j) => {
      values[i * columns.length + j] = cellValue(row[column], name, header[column], i, options.missing);
    });
  });
  const texts = body.map((row) => row[label]);
  const numeric = texts.every((text) => /^[+-]?\d+$/.test(text));
  const distinct = [...new Set(numeric ? texts.map((text) => String(Number(text))) : texts)];
  const classNames = distinct.sort(numeric ? (a, b) => Number(a) - Number(b) : undefined);
  const position = new Map(classNames.map((text, k) => [text, k]));
  return {
    features: tensor("float64", [body.length, columns.length], values),
    labels: Int32Array.from(texts, (text) => position.get(numeric ? String(Number(text)) : text)!),
    classNames,
    featureNames: columns.map((column) => header[column]),
  };
}

function parseRows(bytes: Uint8Array, name: string): string[][] {
  try {
    return parse(new TextDecoder().decode(bytes), { bom: true, trim: true, skip_empty_lines: true, comment: "#" });
  } catch (error) {
    throw invalidFile(name, "lines with the same number of values", (error as Error).message, "check that line");
  }
}

function isNumber(text: string): boolean {
  return text !== "" && Number.isFinite(Number(text));
}

const isMissing = (text: string) => text === "" || text === "?";

function labelColumn(header: readonly string[], body: readonly string[][], asked: string | undefined): number {
  if (asked !== undefined) return columnOf(header, asked);
  const usual = header.findIndex((text) => labelNames.includes(text.toLowerCase()));
  if (usual >= 0) return usual;
  const texts = header.flatMap((_, i) => (body.some((row) => !isNumber(row[i]) && !isMissing(row[i])) ? [i] : []));
  return texts.length === 1 ? texts[0] : header.length - 1;
}

/** The position of a column given by name, "first", "last" or number. */
function columnOf(header: readonly string[], asked: string): number {
  const named = header.indexOf(asked);
  if (named >= 0) return named;
  if (asked === "first") return 0;
  if (asked === "last") return header.length - 1;
  const number = Number(asked);
  if (Number.isInteger(number) && number >= 1 && number <= header.length) return number - 1;
  return unknownName("column", asked, header);
}

function cellValue(text: string, name: string, column: string, row: number, missing: number | undefined): number {
  if (isNumber(text)) return Number(text);
  if (isMissing(text) && missing !== undefined) return missing;
  throw new InputError("invalid", `value in column "${column}" of ${name}`, {
    expected: "a number",
    got: isMissing(text)
      ? `a missing value in row ${row} (counted from 0)`
      : `"${text}" in row ${row} (counted from 0)`,
    remedy: isMissing(text)
      ? "say what stands for missing values with --missing, for instance --missing 0"
      : "leave the column out with --drop, or name it with --label if it holds the classes",
  });
}
