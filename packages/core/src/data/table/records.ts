// Text in UTF-8, cut into records and cells (RFC 4180 with any separator) while it arrives piece by piece.

import { invalidFile } from "../formats/elements.ts";

/** Whether a cell stands in quotes, and whether doubled quotes in it stand for one. */
export const Quoting = { none: 0, quoted: 1, doubled: 2 } as const;
export type Quoting = (typeof Quoting)[keyof typeof Quoting];

/** What becomes of cells and records. */
export interface RecordSink {
  /**
   * A cell: bytes `from` to `to`, without the quotes, spaces and tabs around it. The cells of a record that is cut by the
   * end of a piece are told again, from its first on, when the rest of it is there.
   */
  cell(column: number, bytes: Uint8Array, from: number, to: number, quoting: Quoting): void;
  /** The end of a record of so many cells, which began in that line (counted from 1). */
  record(cells: number, line: number): void;
}

export interface RecordSplitter {
  push(piece: Uint8Array): void;
  end(): void;
}

const [tab, newline, carriageReturn, space, quote] = [9, 10, 13, 32, 34];

/** The longest record: a quote that is never closed must not make the rest of a file one. */
const LONGEST = 2 ** 26;

/**
 * Cuts text into records at line ends of any kind, and records into cells at a separator, given as its character code. A
 * space stands for any run of spaces and tabs. Lines without a cell are passed over. Quotes inside an unquoted cell are
 * part of it.
 *
 * @throws InputError, naming the line, for quotes that are not closed or followed by text.
 */
export function recordSplitter(separator: number, sink: RecordSink, name: string): RecordSplitter {
  const isRun = separator === space;
  const ends = new Uint8Array(256);
  for (const byte of [separator, newline, carriageReturn, ...(isRun ? [tab] : [])]) ends[byte] = 1;
  const blank = new Uint8Array(256);
  for (const byte of [space, tab]) if (byte !== separator || isRun) blank[byte] = 1;
  let line = 1;

  const wrong = (got: string) =>
    invalidFile(
      `line ${line} of ${name}`,
      "cells in pairs of quotes, or without any",
      got,
      "mend the quotes of that line",
    );

  /** Takes the whole records at the start of the bytes: how many bytes they are. */
  const take = (bytes: Uint8Array, isLast: boolean): number => {
    const length = bytes.length;
    let start = 0;
    while (start < length) {
      let at = start;
      let cells = 0;
      let lines = 0;
      let isBlank = true;
      for (;;) {
        while (at < length && blank[bytes[at]] === 1) at++;
        let from = at;
        let to: number;
        let quoting: Quoting = Quoting.none;
        if (at < length && bytes[at] === quote) {
          quoting = Quoting.quoted;
          from = ++at;
          for (; ; at++) {
            if (at >= length) {
              if (isLast || length > LONGEST) throw wrong("a quote that is not closed");
              return start;
            }
            const byte = bytes[at];
            if (byte === newline || (byte === carriageReturn && bytes[at + 1] !== newline)) lines++;
            if (byte !== quote) continue;
            if (bytes[at + 1] !== quote) break;
            quoting = Quoting.doubled;
            at++;
          }
          to = at++;
          while (at < length && blank[bytes[at]] === 1) at++;
          if (at < length && ends[bytes[at]] === 0 && !(isRun && blank[bytes[at - 1]] === 1)) {
            throw wrong("text after a closing quote");
          }
        } else {
          while (at < length && ends[bytes[at]] === 0) at++;
          to = at;
          while (to > from && blank[bytes[to - 1]] === 1) to--;
        }
        if (isRun) while (at < length && blank[bytes[at]] === 1) at++;
        if (at >= length && !isLast) return start;
        if (to > from || quoting !== Quoting.none) isBlank = false;
        sink.cell(cells++, bytes, from, to, quoting);
        if (at >= length) break;
        if (isRun && bytes[at] !== newline && bytes[at] !== carriageReturn) continue;
        if (!isRun && bytes[at] === separator) {
          at++;
          continue;
        }
        if (bytes[at++] === carriageReturn) {
          if (at >= length && !isLast) return start;
          if (bytes[at] === newline) at++;
        }
        lines++;
        break;
      }
      if (cells > 1 || !isBlank) sink.record(cells, line);
      line += lines;
      start = at;
    }
    return length;
  };

  let waiting: Uint8Array[] = [];
  let size = 0;
  let enough = 0;
  return {
    push(piece) {
      waiting.push(piece);
      size += piece.length;
      if (size < enough) return;
      const bytes = joined(waiting);
      const taken = take(bytes, false);
      waiting = [bytes.slice(taken)];
      size -= taken;
      // A record longer than a piece is looked at again only when there is twice as much of it.
      enough = taken === 0 ? 2 * size : 0;
    },
    end() {
      take(joined(waiting), true);
    },
  };
}

/** Pieces in one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
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
