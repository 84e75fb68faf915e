// A table as text, read while it arrives: numbers into a matrix, classes and labels collected on the way.

import { InputError } from "../../errors.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { invalidFile } from "../formats/elements.ts";
import { labelCollector } from "../labels.ts";
import { missingTest } from "../missing.ts";
import type { DataReading } from "../reading.ts";
import { type Columns, columnNamed, columnsOf } from "./columns.ts";
import { type Dialect, notUtf8, recognise, type Separator, unevenLine } from "./dialect.ts";
import { type Encoding, encodingOf, toUtf8 } from "./encoding.ts";
import { type DecimalMark, numberOf, textNumber } from "./numbers.ts";
import { cellText, joined, type Quoting, type RecordSplitter, recordSplitter } from "./records.ts";

/** What may be said of a table, where what is recognised is not what is meant. */
export interface TableOptions {
  /** The column of labels: its name, "first", "last", or its number from 1. */
  readonly label?: string | undefined;
  /** Columns that are no features, such as identifiers, named likewise. */
  readonly drop?: readonly string[] | undefined;
  /** Columns that are features although they number the rows. */
  readonly keep?: readonly string[] | undefined;
  /** The number that missing values become; without it they are refused. */
  readonly missing?: number | undefined;
  /** What stands for a missing value beside an empty cell, in place of the usual marks. */
  readonly na?: readonly string[] | undefined;
  readonly separator?: Separator | undefined;
  readonly decimal?: DecimalMark | undefined;
  readonly encoding?: Encoding | undefined;
  /** Whether names of columns stand on top. */
  readonly names?: boolean | undefined;
}

export interface Table {
  /** [N, D] */
  readonly features: Tensor<"float64">;
  /** Positions in the class names. */
  readonly labels: Int32Array;
  /** Integers in numerical order, else words in alphabetical order. */
  readonly classNames: readonly string[];
  /** Names of the D features, where they stand on top and differ. */
  readonly featureNames?: readonly string[];
  readonly reading: DataReading;
}

export interface TableReader {
  push(piece: Uint8Array): void;
  /** @throws InputError where `push` does, and for what only the whole shows. */
  end(): Table;
}

/** Bytes and lines of the beginning that are looked at before anything is read. */
const HEAD = { bytes: 2 ** 18, lines: 20, most: 2 ** 25 };

/**
 * Reads a table of numbers with a column of labels, as text in pieces: see `recognise` for how it is written and
 * `columnsOf` for which column is what.
 *
 * @throws InputError, naming line and column, for records of different length, features that are no finite numbers,
 * labels that are missing or of two kinds, and everything that can be read in two ways.
 */
export function tableReader(name: string, options: TableOptions = {}): TableReader {
  let head: Uint8Array[] = [];
  let size = 0;
  let recode: ReturnType<typeof toUtf8> | undefined;
  let encoding: Encoding = "utf-8";
  let body: BodyReader | undefined;

  const begin = (isWhole: boolean): BodyReader => {
    const bytes = joined(head);
    head = [];
    const opened = openBody(bytes, isWhole, encoding, name, options);
    opened.splitter.push(bytes);
    return opened;
  };
  let mark: Uint8Array = new Uint8Array(0);
  const take = (given: Uint8Array, isLast: boolean) => {
    let piece = given;
    if (!recode) {
      // What the text is in shows in its first bytes, which a small piece may not have.
      piece = Uint8Array.of(...mark, ...given.subarray(0, 4));
      if (piece.length < 4 && !isLast) {
        mark = piece;
        return;
      }
      encoding = options.encoding ?? encodingOf(piece);
      recode = toUtf8(encoding, name);
      piece = joined([mark, given]);
    }
    const text = recode(piece, isLast);
    if (body) return body.splitter.push(text);
    head.push(text);
    size += text.length;
    const lines = () => head.reduce((sum, bytes) => sum + bytes.reduce((n, byte) => n + (byte === 10 ? 1 : 0), 0), 0);
    if (size >= HEAD.most || (size >= HEAD.bytes && lines() >= HEAD.lines)) body = begin(false);
  };
  return {
    push: (piece) => take(piece, false),
    end() {
      take(new Uint8Array(0), true);
      body ??= begin(true);
      body.splitter.end();
      return body.table();
    },
  };
}

/** A cell that is no number. */
interface Fault {
  readonly column: number;
  readonly text: string;
  readonly isMissing: boolean;
}

interface BodyReader {
  readonly splitter: RecordSplitter;
  table(): Table;
}

/** What a cell of each column is read as: the position of a feature, or one of these. */
const [SKIP, LABEL, EMPTY] = [-1, -2, -3];

function openBody(
  head: Uint8Array,
  isWhole: boolean,
  encoding: Encoding,
  name: string,
  options: TableOptions,
): BodyReader {
  const isMissing = missingTest(options.na);
  const dialect = recognise(head, isWhole, name, { ...options, header: options.names, isMissing });
  const columns = columnsOf(dialect, name, { ...options, isMissing });
  const { separator, decimal, width } = dialect;
  const mark = decimal.charCodeAt(0);
  const role = rolesOf(columns, width);
  const collector = labelCollector(name, (lines) => `line ${lines.join(", ")}`, decimal);
  const d = columns.features.length;
  const { missing } = options;
  const missingNumbers = numbersAmong(options.na, decimal);
  let values = new Float64Array(Math.max(1, d) * 64);
  let rows = 0;
  let filled = 0;
  let skipped = 0;
  let label = "";
  /** The cells of this record that were no numbers, told of once its line is known. */
  let faults: Fault[] = [];
  let isIndex = mayBeIndex(dialect, columns, options);
  let fills = 0;

  const text = (bytes: Uint8Array, from: number, to: number, quoting: Quoting): string => {
    try {
      return cellText(bytes, from, to, quoting);
    } catch {
      throw notUtf8(`row ${rows} (counted from 0) of ${name}`);
    }
  };
  const labelOf = cachedText(text);
  const splitter = recordSplitter(
    separator.charCodeAt(0),
    {
      cell(column, bytes, from, to, quoting) {
        if (column === 0) {
          faults = [];
          fills = 0;
        }
        if (column >= width || skipped < dialect.skipped) return;
        const place = role[column];
        if (place >= 0) {
          const value = numberOf(bytes, from, to, mark);
          if (Number.isFinite(value) && !missingNumbers?.has(value)) {
            values[rows * d + place] = value;
            return;
          }
          const cell = text(bytes, from, to, quoting);
          if (missing === undefined || !(isMissing(cell) || missingNumbers?.has(value))) {
            faults.push({ column, text: cell, isMissing: isMissing(cell) || missingNumbers?.has(value) === true });
          } else fills++;
          values[rows * d + place] = missing ?? 0;
        } else if (place === LABEL) label = labelOf(bytes, from, to, quoting);
        else if (place === EMPTY && to > from) {
          faults.push({ column, text: text(bytes, from, to, quoting), isMissing: false });
        }
      },
      record(cells, line) {
        if (skipped < dialect.skipped) {
          skipped++;
          return;
        }
        if (cells !== width) throw unevenLine(name, line, width, cells, separator);
        if (faults.length > 0) throw noNumber(faults[0], line, columns, name);
        if (isMissing(label)) collector.addMissing(line);
        else collector.add(label, line);
        if (isIndex) isIndex = values[rows * d] === values[0] + rows && (values[0] === 0 || values[0] === 1);
        filled += fills;
        rows++;
        if ((rows + 1) * d > values.length) {
          const longer = new Float64Array(2 * values.length);
          longer.set(values);
          values = longer;
        }
      },
    },
    name,
  );
  return {
    splitter,
    table() {
      if (rows === 0) throw invalidFile(name, "at least one line of values", "none", "give another file");
      if (d === 0) throw invalidFile(name, "at least one column of features", "none", "drop fewer columns");
      if (isIndex && rows >= 3) throw countsRows(columns.names[0], name);
      const { labels, classNames } = collector.end();
      if (columns.because === "last" && classNames.length === 1) throw oneClass(columns, classNames[0], name);
      const names = columns.features.map((column) => dialect.header?.[column] ?? "");
      const isNamed = !names.includes("") && new Set(names).size === names.length;
      return {
        features: tensor("float64", [rows, d], values.slice(0, rows * d)),
        labels,
        classNames,
        ...(isNamed && { featureNames: names }),
        reading: {
          rows,
          features: d,
          classes: classNames.length,
          label: columns.names[columns.label],
          labelBecause: columns.because,
          encoding,
          separator,
          decimal,
          names: dialect.header !== undefined,
          ...(columns.hasEmptyLast && { emptyLast: true }),
          ...(filled > 0 && { filled }),
        },
      };
    },
  };
}

function rolesOf({ features, label, hasEmptyLast }: Columns, width: number): Int32Array {
  const role = new Int32Array(width).fill(SKIP);
  features.forEach((column, place) => {
    role[column] = place;
  });
  role[label] = LABEL;
  if (hasEmptyLast) role[width - 1] = EMPTY;
  return role;
}

/** The marks of missing values that are numbers, such as -999, however a cell writes them. */
function numbersAmong(marks: readonly string[] = [], decimal: DecimalMark): ReadonlySet<number> | undefined {
  const numbers = marks.map((mark) => textNumber(mark, decimal)).filter(Number.isFinite);
  return numbers.length > 0 ? new Set(numbers) : undefined;
}

/** Names of columns that number rows; pandas and R write them without a name. */
const indexName = /^(|unnamed: ?\d+|index|id|row|rownames)$/i;

/** Whether the first feature may be no more than the number of its row: a first column without a name, or of such a name. */
function mayBeIndex({ header }: Dialect, { features, names }: Columns, { keep = [] }: TableOptions): boolean {
  const kept = keep.map((column) => columnNamed(names, column));
  return features[0] === 0 && !kept.includes(0) && indexName.test(header?.[0] ?? "");
}

/** The text of cells that repeat: short ones are decoded once. */
function cachedText(decode: (bytes: Uint8Array, from: number, to: number, quoting: Quoting) => string): typeof decode {
  const known = new Map<number, string>();
  return (bytes, from, to, quoting) => {
    if (to - from > 6) return decode(bytes, from, to, quoting);
    // The number before the bytes tells lengths apart.
    let key: number = 4 + quoting;
    for (let at = from; at < to; at++) key = 256 * key + bytes[at];
    let text = known.get(key);
    if (text === undefined) {
      text = decode(bytes, from, to, quoting);
      if (known.size < 4096) known.set(key, text);
    }
    return text;
  };
}

function noNumber(
  { column, text, isMissing }: Fault,
  line: number,
  { names, features }: Columns,
  name: string,
): InputError {
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
      expected: "a number",
      got: `a missing value${text === "" ? "" : ` ("${text}")`} in line ${line}`,
      remedy: "say what stands for missing values with --missing, for instance --missing 0",
    });
  }
  return new InputError("invalid", what, {
    expected: "a finite number such as -1.5 or 2e3",
    got: `"${text.slice(0, 40)}" in line ${line}`,
    remedy: `mend that cell, leave the column out with --drop "${names[column]}", or name it with --label if it holds the classes`,
  });
}

function countsRows(column: string, name: string): InputError {
  return new InputError("invalid", `column "${column}" of ${name}`, {
    expected: "a feature",
    got: "the number of each row, as pandas and R write it",
    remedy: `say --drop first to leave it out, or --keep first if it is a feature`,
  });
}

function oneClass({ names, label }: Columns, value: string, name: string): InputError {
  return new InputError("invalid", `labels of ${name}`, {
    expected: "a column of classes",
    got: `"${value}" in every row of the last column, "${names[label]}"`,
    remedy: "say which column holds the labels with --label",
  });
}
