// Text in UTF-8, cut into records and cells (RFC 4180 with any separator) while it arrives piece by piece.

import type { InputError } from "../../errors.ts";
import { invalidFile } from "../formats/elements.ts";
import { afterLineEnd, isLineEnd, type LineBuffer, lineBuffer } from "./lines.ts";

/** Whether a cell stands in quotes, and whether doubled quotes in it stand for one. */
export const Quoting = { none: 0, quoted: 1, doubled: 2 } as const;
export type Quoting = (typeof Quoting)[keyof typeof Quoting];

/** What becomes of cells and records. */
interface RecordSink {
  /**
   * Reads a cell without quotes by itself, where it can: the position after it, which is taken only where a separator
   * or a line ends there, or -1 where the cell is to be told. May be asked again as `cell` may.
   */
  read?(column: number, bytes: Uint8Array, from: number): number;
  /**
   * A cell: bytes `from` to `to`, without the quotes, spaces and tabs around it. The cells of a record that is cut by
   * the end of a piece are told again, from its first on, when the rest of it is there.
   */
  cell(column: number, bytes: Uint8Array, from: number, to: number, quoting: Quoting): void;
  /** The end of a record of so many cells, which began in that line (counted from 1). */
  record(cells: number, line: number): void;
}

const [tab, newline, carriageReturn, space, quote] = [9, 10, 13, 32, 34];

/**
 * Cuts text into records at line ends of any kind, and records into cells at a separator, given as its character code.
 * A space stands for any run of spaces and tabs. Lines without a cell are passed over. Quotes inside an unquoted cell
 * are part of it.
 *
 * @throws InputError, naming the line, for quotes that are not closed or followed by text, and for endless records.
 */
export function recordSplitter(separator: number, sink: RecordSink, name: string): LineBuffer {
  const isRun = separator === space;
  const ends = new Uint8Array(256);
  for (const byte of [separator, newline, carriageReturn, ...(isRun ? [tab] : [])]) ends[byte] = 1;
  const blank = new Uint8Array(256);
  for (const byte of [space, tab]) if (byte !== separator || isRun) blank[byte] = 1;
  /** The line in which a record begins, and how many line ends are inside its quotes. */
  let line = 1;
  let inner = 0;

  /** The position of the quote that closes the one before `from`, or -1 where it is not before `length`. */
  const closingQuote = (bytes: Uint8Array, from: number, length: number): number => {
    for (let at = from; at < length; at++) {
      const byte = bytes[at];
      if (byte === newline || (byte === carriageReturn && bytes[at + 1] !== newline)) inner++;
      if (byte !== quote) continue;
      if (bytes[at + 1] !== quote) return at;
      at++;
    }
    return -1;
  };

  /** Tells the cells of a record. Returns the end of its line, or -1 where that is not before `length`. */
  const takeRecord = (bytes: Uint8Array, start: number, length: number): number => {
    inner = 0;
    let at = start;
    for (let cells = 0; ; cells++) {
      while (blank[bytes[at]] === 1) at++;
      const isQuoted = bytes[at] === quote;
      if (isQuoted) {
        const from = at + 1;
        const to = closingQuote(bytes, from, length);
        if (to < 0) return -1;
        at = to + 1;
        while (blank[bytes[at]] === 1) at++;
        if (ends[bytes[at]] === 0 && !(isRun && at > to + 1))
          throw wrongQuotes(name, line, "text after a closing quote");
        sink.cell(cells, bytes, from, to, bytes.subarray(from, to).includes(quote) ? Quoting.doubled : Quoting.quoted);
      } else {
        const from = at;
        const after = sink.read ? sink.read(cells, bytes, from) : -1;
        if (after > from && ends[bytes[after]] === 1) {
          at = after;
        } else {
          while (ends[bytes[at]] === 0) at++;
          let to = at;
          while (to > from && blank[bytes[to - 1]] === 1) to--;
          if (cells === 0 && to === from && isLineEnd(bytes[at])) return at;
          sink.cell(cells, bytes, from, to, Quoting.none);
        }
      }
      if (isRun) while (blank[bytes[at]] === 1) at++;
      if (isLineEnd(bytes[at])) {
        sink.record(cells + 1, line);
        return at;
      }
      if (!isRun) at++;
    }
  };

  /** Takes the records of bytes of which `length` end where a line does: how many bytes they are. */
  const take = (bytes: Uint8Array, length: number): number => {
    let start = 0;
    while (start < length) {
      const end = takeRecord(bytes, start, length);
      if (end < 0) return start;
      line += inner + 1;
      start = afterLineEnd(bytes, end);
    }
    return start;
  };

  return lineBuffer(take, () => wrongQuotes(name, line, "a quote that is not closed"));
}

function wrongQuotes(name: string, line: number, got: string): InputError {
  const expected = "cells in pairs of quotes, or without any";
  return invalidFile(`line ${line} of ${name}`, expected, got, "mend the quotes of that line");
}

/** Pieces in one, with room for as many bytes. */
export function joined(
  pieces: readonly Uint8Array[],
  room = pieces.reduce((sum, piece) => sum + piece.length, 0),
): Uint8Array {
  const whole = new Uint8Array(room);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a cell. @throws TypeError for bytes that are no UTF-8. */
export function cellText(bytes: Uint8Array, from: number, to: number, quoting: Quoting): string {
  const text = strict.decode(bytes.subarray(from, to));
  return quoting === Quoting.doubled ? text.replaceAll('""', '"') : text;
}
