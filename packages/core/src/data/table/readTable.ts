// A table as text, read while it arrives: how it is written and which column is what, from its first lines; then the
// rest.

import type { FloatType } from "../../tensor.ts";
import { missingTest } from "../missing.ts";
import { columnsOf } from "./columns.ts";
import { recognise } from "./dialect.ts";
import { type Encoding, encodingOf, toUtf8 } from "./encoding.ts";
import { isLineEnd } from "./lines.ts";
import type { TableTask } from "./options.ts";
import { joined } from "./records.ts";
import { type RowReader, rowReader, type Table, type TableHead } from "./rows.ts";

interface TableReader {
  /** Takes the next bytes, which may be overwritten afterwards. */
  push(piece: Uint8Array): void;
  /**
   * The table, or undefined where its numbers need float64.
   *
   * @throws InputError where `push` does, and for what only the whole shows.
   */
  end(): Table | undefined;
  /** Whether the numbers so far need float64, so that the rest need not be read. */
  isTooNarrow(): boolean;
  /** Reads the table again from its first byte on, in float64: what its first lines told is known. */
  inFloat64(): TableReader;
}

/** Bytes and lines of the beginning that are looked at before anything is read. */
const HEAD = { bytes: 2 ** 18, lines: 20, most: 2 ** 25 };

/**
 * Reads a table of numbers with a column of labels, as text in pieces: see `recognise` for how it is written,
 * `columnsOf` for which column is what, and `rowReader` for what becomes of its cells.
 *
 * @param bytes about how long the text is, where that is known
 * @param known what its first lines have told already
 * @throws InputError, naming line and column, for records of different length, features that are no finite numbers,
 * labels that are missing or of two kinds, and everything that can be read in two ways.
 */
export function tableReader(
  name: string,
  options: TableTask,
  type: FloatType,
  bytes?: number,
  known?: TableHead,
): TableReader {
  const isMissing = missingTest(options.na);
  let encoding: Encoding | undefined;
  let recode: ReturnType<typeof toUtf8>;
  let start: Uint8Array[] = [];
  let [size, lines] = [0, 1];
  let told = known;
  let rows = known && rowReader(known, options, type);

  const begin = (isWhole: boolean): RowReader => {
    const head = joined(start);
    start = [];
    const first = firstLines(head);
    const isAll = isWhole && first === head.length;
    const dialect = recognise(head.subarray(0, first), isAll, name, { ...options, header: options.names, isMissing });
    const columns = columnsOf(dialect, name, { ...options, isMissing });
    const expectedRows = lines * (isWhole || !bytes ? 1 : Math.max(1, bytes / head.length));
    told = { name, dialect, columns, encoding: encoding!, expectedRows };
    const reader = rowReader(told, options, type);
    reader.splitter.push(head);
    return reader;
  };
  const take = (text: Uint8Array) => {
    if (rows) return rows.splitter.push(text);
    start.push(text.slice());
    size += text.length;
    lines += linesIn(text) - 1;
    if (size >= HEAD.most || (size >= HEAD.bytes && lines >= HEAD.lines)) rows = begin(false);
  };
  /** Bytes in their own encoding; what that is shows in the first of them. */
  const decode = (piece: Uint8Array, isLast: boolean) => {
    if (encoding === undefined) {
      start.push(piece.slice());
      const first = joined(start);
      if (first.length < 4 && !isLast) return;
      start = [];
      encoding = known?.encoding ?? options.encoding ?? encodingOf(first);
      recode = toUtf8(encoding, name);
      take(recode(first, isLast));
    } else take(recode(piece, isLast));
  };
  return {
    push: (piece) => decode(piece, false),
    isTooNarrow: () => rows?.isTooNarrow() === true,
    inFloat64: () => tableReader(name, options, "float64", bytes, told),
    end() {
      decode(new Uint8Array(0), true);
      rows ??= begin(true);
      rows.splitter.end();
      return rows.end();
    },
  };
}

function linesIn(bytes: Uint8Array): number {
  let lines = 1;
  for (let at = 0; at < bytes.length; at++) if (isLineEnd(bytes[at])) lines++;
  return lines;
}

/** How many bytes of a text are looked at, at its beginning: so many lines at least. */
function firstLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (isLineEnd(bytes[at])) lines++;
    if (lines >= HEAD.lines && at >= HEAD.bytes) return at + 1;
  }
  return bytes.length;
}

/** Reads a table from pieces that can be gone through twice: in float32, or in float64 where its numbers need that. */
export async function readTable(
  pieces: () => AsyncIterable<Uint8Array>,
  name: string,
  options: TableTask = {},
  bytes?: number,
): Promise<Table> {
  const narrow = tableReader(name, options, "float32", bytes);
  for await (const piece of pieces()) {
    narrow.push(piece);
    if (narrow.isTooNarrow()) break;
  }
  const table = narrow.isTooNarrow() ? undefined : narrow.end();
  if (table) return table;
  const wide = narrow.inFloat64();
  for await (const piece of pieces()) wide.push(piece);
  return wide.end()!;
}
