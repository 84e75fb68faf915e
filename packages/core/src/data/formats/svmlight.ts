// svmlight: one row per line, its label and then `index:value` for each non-zero, indices ascending from 1, or from 0
// as scikit-learn writes them; `#` starts a comment (Joachims, SVM-light).

import { InputError } from "../../errors.ts";
import { beyond, dataLimits, mostOf } from "../../limits.ts";
import type { FloatType } from "../../tensor.ts";
import type { SparseRows } from "../sparse.ts";
import { afterLineEnd, isLineEnd, type LineBuffer, lineBuffer } from "../table/lines.ts";
import { scanNumber } from "../table/numbers.ts";
import { isLost } from "../table/precision.ts";
import { invalidFile } from "./elements.ts";
import { growingArray } from "./growing.ts";

/** What a svmlight file holds: its rows and the labels as they stand there. */
export interface LabelledRows {
  readonly features: SparseRows;
  readonly labels: readonly number[];
}

/** What a file of sparse rows does not say itself. */
export interface SvmlightOptions {
  /** The number of columns; the largest index that occurs says it where absent. */
  readonly columns?: number | undefined;
  /** Whether columns are counted from 0. */
  readonly zeroBased?: boolean | undefined;
}

interface SvmlightReader extends Pick<LineBuffer, "push"> {
  end(): LabelledRows;
  /** Whether there was a number that needs float64. */
  isTooNarrow(): boolean;
}

/** Bytes of a label and its line end, and of an entry and what parts it from the one before: `1` and ` 1:1`. */
const [SHORTEST_ROW, SHORTEST_ENTRY] = [2, 4];
const [tab, space, hash, colon, point, zero] = [9, 32, 35, 58, 46, 48];

/**
 * Reads the rows and integer labels of a svmlight file from pieces.
 *
 * A format that only names its non-zeros cannot say how many columns there are: `columns` declares it, else it is the
 * largest index that occurs. Nor can it say whether columns count from 0 where no row has an entry there.
 *
 * @param size about how many bytes there are
 * @throws InputError, naming the line, for labels that are no integers, indices that do not ascend from the first or
 * exceed `columns`, and values that are no finite numbers.
 */
export function svmlightReader(
  name: string,
  { columns, zeroBased = false }: SvmlightOptions = {},
  type: FloatType = "float64",
  size = 0,
): SvmlightReader {
  const first = zeroBased ? 0 : 1;
  const most = columns ?? mostOf(dataLimits.columns);
  const [rows, entries] = [Math.ceil(size / SHORTEST_ROW), Math.ceil(size / SHORTEST_ENTRY)];
  const labels = growingArray(Float64Array, rows);
  const start = growingArray(Int32Array, rows + 1);
  const index = growingArray(Int32Array, entries);
  const value = growingArray<Float32Array | Float64Array>(type === "float32" ? Float32Array : Float64Array, entries);
  let isTooNarrow = false;
  start.push(0);
  const scanned = new Float64Array(1);
  let widest = 0;
  let line = 0;

  const wrong = (expected: string, bytes: Uint8Array, from: number, remedy: string) => {
    let to = from;
    while (to < from + 40 && !isBlank(bytes[to]) && !isLineEnd(bytes[to])) to++;
    const got = decoder.decode(bytes.subarray(from, to));
    return invalidFile(`line ${line} of ${name}`, expected, `"${got}"`, remedy);
  };
  /** Reads a line up to its end or comment, and returns where that is. */
  const takeLine = (bytes: Uint8Array, from: number): number => {
    const hasMark = line === 1 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf;
    let at = afterBlanks(bytes, hasMark ? from + 3 : from);
    if (isEnd(bytes[at])) return at;
    const text = at;
    at = scanNumber(bytes, at, point, scanned);
    if (at < 0 || !Number.isSafeInteger(scanned[0]) || !(isBlank(bytes[at]) || isEnd(bytes[at]))) {
      throw wrong("an integer label first", bytes, text, "use one integer per class");
    }
    labels.push(scanned[0] + 0);
    let previous = first - 1;
    for (at = afterBlanks(bytes, at); !isEnd(bytes[at]); at = afterBlanks(bytes, at)) {
      const entry = at;
      let position = 0;
      for (let digit = bytes[at] - zero; digit >= 0 && digit <= 9; digit = bytes[++at] - zero) {
        position = 10 * position + digit;
      }
      const hasIndex = at > entry && bytes[at] === colon;
      at = hasIndex ? scanNumber(bytes, at + 1, point, scanned) : -1;
      if (at < 0 || !Number.isFinite(scanned[0]) || !(isBlank(bytes[at]) || isEnd(bytes[at]))) {
        const remedy = `write each non-zero as a column from ${first}, a colon and a finite number`;
        throw wrong("index:value", bytes, entry, remedy);
      }
      if (position === 0 && first === 1) {
        const remedy = "say --zero-based if they count from 0, as scikit-learn's do";
        throw wrong("columns that count from 1", bytes, entry, remedy);
      }
      if (position <= previous) {
        const expected = `indices ascending from ${first} (last was ${previous})`;
        throw wrong(expected, bytes, entry, "sort the entries of each line");
      }
      if (position - first >= most) throw tooWide(name, position, columns);
      previous = position;
      if (scanned[0] === 0) continue;
      index.push(position - first);
      value.push(scanned[0]);
      if (type === "float32" && isLost(scanned[0])) isTooNarrow = true;
    }
    if (previous - first >= widest) widest = previous - first + 1;
    start.push(index.length());
    return at;
  };

  const lines = lineBuffer(
    (bytes, length) => {
      for (let from = 0; from < length; ) {
        line++;
        let end = takeLine(bytes, from);
        while (!isLineEnd(bytes[end])) end++;
        from = afterLineEnd(bytes, end);
      }
      return length;
    },
    () => invalidFile(name, "lines that end", "one of more than 2^26 bytes", "check its line ends"),
  );
  return {
    push: lines.push,
    isTooNarrow: () => isTooNarrow,
    end() {
      lines.end();
      const features = {
        rows: labels.length(),
        columns: columns ?? widest,
        start: start.array(),
        index: index.array(),
        value: value.array(),
      };
      return { features, labels: Array.from(labels.array()) };
    },
  };
}

/**
 * Reads a svmlight file from pieces that can be gone through twice: in float32, or in float64 where its numbers need
 * that.
 *
 * @param size about how many bytes there are
 */
export async function readSparseRows(
  pieces: () => AsyncIterable<Uint8Array>,
  name: string,
  options: SvmlightOptions = {},
  size = 0,
): Promise<LabelledRows> {
  for (const type of ["float32", "float64"] as const) {
    const reader = svmlightReader(name, options, type, size);
    for await (const piece of pieces()) {
      reader.push(piece);
      if (reader.isTooNarrow()) break;
    }
    if (!reader.isTooNarrow()) {
      const rows = reader.end();
      if (!reader.isTooNarrow()) return rows;
    }
  }
  throw new Error("float64 holds every number");
}

/** The rows and labels of a whole svmlight file, as `svmlightReader` reads them from pieces. */
export function readSvmlight(bytes: Uint8Array, name = "svmlight data", options: SvmlightOptions = {}): LabelledRows {
  const reader = svmlightReader(name, options);
  reader.push(bytes);
  return reader.end();
}

const decoder = new TextDecoder();

function isBlank(byte: number): boolean {
  return byte === space || byte === tab;
}

function isEnd(byte: number): boolean {
  return byte === hash || isLineEnd(byte);
}

function afterBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isBlank(bytes[at])) at++;
  return at;
}

function tooWide(name: string, index: number, columns: number | undefined): InputError {
  const remedy = "say how many columns there are with --columns";
  if (columns === undefined) return beyond(dataLimits.columns, name, `index ${index}`, remedy);
  return new InputError("invalid", name, {
    expected: `at most the declared ${columns} columns`,
    got: `index ${index}`,
    remedy,
  });
}

/** One line: a label, the non-zeros of a row in order of their columns, counted from 0, and a comment. */
export function svmlightLine(label: number, entries: Iterable<readonly [number, number]>, comment?: string): string {
  let line = `${label}`;
  for (const [column, value] of entries) if (value !== 0) line += ` ${column + 1}:${value}`;
  return comment === undefined ? `${line}\n` : `${line} # ${comment}\n`;
}
