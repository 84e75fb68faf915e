// The records of a table: numbers into a matrix, labels into classes, and a word for every cell that is neither.

import { allocate, type FloatType, type Tensor, tensor } from "../../tensor.ts";
import { invalidFile } from "../formats/elements.ts";
import { labelCollector, plainText } from "../labels.ts";
import { missingTest } from "../missing.ts";
import type { OneHotGroup } from "../oneHot.ts";
import type { DataReading } from "../reading.ts";
import { type Columns, truthValues } from "./columns.ts";
import { type Dialect, notUtf8, unevenLine } from "./dialect.ts";
import type { Encoding } from "./encoding.ts";
import type { LineBuffer } from "./lines.ts";
import { type DecimalMark, scanNumber, textNumber } from "./numbers.ts";
import type { TableTask } from "./options.ts";
import { precisionCheck } from "./precision.ts";
import { cellText, type Quoting, recordSplitter } from "./records.ts";
import { type CellFault, countsRows, noClasses, noNumber, noValues, oneClass, onlyGaps } from "./rowFaults.ts";
import { rowNumbers } from "./rowNumbers.ts";
import { wordCodes } from "./words.ts";
import { writtenOut } from "./written.ts";

/** A table as it was read: features, labels, and how each choice was made. */
export interface Table {
  /** [N, D] */
  readonly features: Tensor<FloatType>;
  /** Positions in the class names. */
  readonly labels: Int32Array;
  /** Integers in numerical order, else words in alphabetical order. */
  readonly classNames: readonly string[];
  /** Names of the D features, where they stand on top and differ. */
  readonly featureNames?: readonly string[];
  /** The features that stand for columns of words. */
  readonly groups?: readonly OneHotGroup[];
  readonly reading: DataReading;
}

/** What takes the text of a table, from its first byte on, and makes a table of it. */
export interface RowReader {
  readonly splitter: LineBuffer;
  isTooNarrow(): boolean;
  /** The table, or undefined where its numbers need float64. */
  end(): Table | undefined;
}

/** What a cell of each column is read as: the position of a feature, or one of these. */
const [SKIP, LABEL, EMPTY] = [-1, -2, -3];

/** What is known of a table before its rows are read. */
export interface TableHead {
  readonly name: string;
  readonly dialect: Dialect;
  readonly columns: Columns;
  readonly encoding: Encoding;
  /** About how many rows there are. */
  readonly expectedRows: number;
}

/** Reads the records of a table whose columns are known, into numbers of a type. */
export function rowReader(head: TableHead, options: TableTask, type: FloatType): RowReader {
  const { name, dialect, columns, encoding, expectedRows } = head;
  const { separator, decimal, width } = dialect;
  // Where commas separate, those in numbers stand in quotes.
  const mark = decimal === separator ? 0 : decimal.charCodeAt(0);
  const { missing } = options;
  const isMissing = missingTest(options.na);
  const missingNumbers = numbersAmong(options.na, decimal);
  const role = rolesOf(columns, width);
  const collector = labelCollector(name, (lines) => `line ${lines.join(", ")}`, decimal);
  const flags = new Map<number, boolean>();
  const isFlag = (column: number) => {
    const known = flags.get(column) ?? mayBeFlags(dialect, column, isMissing);
    flags.set(column, known);
    return known;
  };
  const texts = new Set(columns.texts);
  const words = columns.features.map((column) =>
    texts.has(column) ? wordCodes(columns.names[column], name) : undefined,
  );
  const d = columns.features.length;
  const precision = type === "float32" ? precisionCheck(d) : undefined;
  let values = allocate(type, d * Math.ceil(expectedRows * 1.05 + 16));
  let rows = 0;
  let at = 0;
  let skipped = 0;
  let label = "";
  /** The first cell of this record that is no number, told of once its line is known, and cells without a value. */
  let fault: CellFault | undefined;
  let gaps = 0;
  let [filled, left] = [0, 0];
  const scanned = new Float64Array(1);

  const text = (bytes: Uint8Array, from: number, to: number, quoting: Quoting): string => {
    try {
      return cellText(bytes, from, to, quoting);
    } catch {
      throw notUtf8(`row ${rows} (counted from 0) of ${name}`);
    }
  };
  const labelOf = cachedText((...cell) => plainText(text(...cell)));
  /** Puts a number into the matrix; false where it stands for a missing value or is infinite. */
  const put = (place: number, value: number): boolean => {
    if (value - value !== 0 || missingNumbers?.has(value)) return false;
    values[at + place] = value;
    precision?.note(place, value);
    return true;
  };
  /** Fills a place without a value as the rule says; false where it says nothing of such. */
  const fill = (place: number): boolean => {
    gaps++;
    const codes = words[place];
    if (missing === "median" || missing === "median+mask") values[at + place] = Number.NaN;
    else if (codes && typeof missing === "object") values[at + place] = codes.codeOf(missing.word);
    else if (codes && typeof missing === "number") values[at + place] = codes.codeOf(String(missing));
    else if (typeof missing === "number") put(place, missing);
    else return missing === "drop";
    return true;
  };
  const splitter = recordSplitter(
    separator.charCodeAt(0),
    {
      read(column, bytes, from) {
        if (column === 0) {
          fault = undefined;
          gaps = 0;
        }
        if (column >= width || skipped < dialect.skipped) return -1;
        const place = role[column];
        if (place < 0 || words[place]) return -1;
        const end = scanNumber(bytes, from, mark, scanned);
        return end > from && put(place, scanned[0]) ? end : -1;
      },
      cell(column, bytes, from, to, quoting) {
        if (column === 0) {
          fault = undefined;
          gaps = 0;
        }
        if (column >= width || skipped < dialect.skipped) return;
        const place = role[column];
        if (place === LABEL) {
          label = labelOf(bytes, from, to, quoting);
          return;
        }
        if (place === SKIP || (place === EMPTY && to === from)) return;
        const cell = text(bytes, from, to, quoting);
        const codes = words[place];
        if (codes && !isMissing(cell)) {
          values[at + place] = codes.codeOf(cell);
          return;
        }
        const truth = place < 0 ? undefined : truthValues.get(cell.toLowerCase());
        const value =
          place < 0 ? Number.NaN : truth !== undefined && isFlag(column) ? truth : textNumber(cell, decimal);
        if (place >= 0 && !codes && put(place, value)) return;
        const isAbsent = isMissing(cell) || missingNumbers?.has(value) === true;
        if (!(place >= 0 && isAbsent && fill(place))) fault ??= { column, text: cell, isMissing: isAbsent };
      },
      record(cells, line) {
        if (skipped < dialect.skipped) {
          skipped++;
          return;
        }
        if (cells !== width) throw unevenLine(name, line, width, cells, separator);
        if (fault) throw noNumber(fault, line, columns, name);
        const hasLabel = !isMissing(label);
        if (missing === "drop" && (gaps > 0 || !hasLabel)) {
          left++;
          return;
        }
        if (hasLabel) collector.add(label, line);
        else collector.addMissing(line);
        filled += gaps;
        rows++;
        at += d;
        if (at + d > values.length) values = longer(values, type);
      },
    },
    name,
  );
  return {
    splitter,
    isTooNarrow: () => precision?.isTooNarrow() === true,
    end() {
      if (rows === 0)
        throw left > 0
          ? onlyGaps(left, name)
          : invalidFile(name, "at least one line of values", "none", "give another file");
      if (d === 0) throw invalidFile(name, "at least one column of features", "none", "drop fewer columns");
      const counting = rowNumbers(values, rows, words, dialect, columns, options);
      if (counting !== undefined) throw countsRows(columns.names[counting], name);
      const { labels, classNames } = collector.end();
      if (columns.because === "last" && classNames.length === 1) throw oneClass(columns, classNames[0], name);
      if (columns.because === "last" && classNames.length > Math.max(MOST_GUESSED, rows / 2)) {
        throw noClasses(columns, classNames.length, rows, name);
      }
      if (precision?.isTooNarrowInAll()) return undefined;
      const raw = columns.features.map((column, place) => ({
        name: dialect.header?.[column] || (words[place] ? columns.names[column] : ""),
        words: words[place]?.words,
      }));
      const isAsRead = columns.texts.length === 0 && !(filled > 0 && `${missing}`.startsWith("median"));
      const written = isAsRead
        ? { values: values.subarray(0, rows * d), names: raw.map((column) => column.name), groups: [], empty: [] }
        : writtenOut(values, rows, raw, missing, type);
      if (written.empty.length > 0) {
        throw noValues(
          written.empty.map((place) => columns.names[columns.features[place]]),
          rows,
          name,
        );
      }
      const { names, groups } = written;
      const isNamed = !names.includes("") && new Set(names).size === names.length;
      return {
        features: tensor(type, [rows, names.length], written.values),
        labels,
        classNames,
        ...(isNamed && { featureNames: names }),
        ...(groups.length > 0 && { groups }),
        reading: {
          rows,
          features: names.length,
          classes: classNames.length,
          label: columns.names[columns.label],
          labelBecause: columns.because,
          encoding,
          separator,
          decimal,
          names: dialect.header !== undefined,
          ...(groups.length > 0 && {
            words: groups.map((group) => ({ name: group.name, values: group.values.length })),
          }),
          ...(columns.hasEmptyLast && { emptyLast: true }),
          ...(columns.index !== undefined && { index: columns.names[columns.index] }),
          ...(columns.unused.length > 0 && { unused: columns.unused.map((column) => columns.names[column]) }),
          ...(filled > 0 && { filled, ...(missing !== undefined && { filledBy: missing }) }),
          ...(left > 0 && { rowsLeftOut: left }),
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

/** Whether a column holds truth values alone, as far as the first records tell. */
function mayBeFlags({ body }: Dialect, column: number, isMissing: (text: string) => boolean): boolean {
  const values = body.map(({ cells }) => cells[column].toLowerCase()).filter((text) => !isMissing(text));
  return values.length > 0 && values.every((text) => truthValues.has(text));
}

/** More classes than this, of fewer than two rows each, are not guessed: so does a target of regression look. */
const MOST_GUESSED = 20;

/** The same numbers with room for more. */
function longer(values: Float32Array | Float64Array, type: FloatType): Float32Array | Float64Array {
  const room = allocate(type, Math.ceil(values.length * 1.5));
  room.set(values);
  return room;
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
