// Bytes that arrive in pieces, handed on as whole lines.

import type { InputError } from "../../errors.ts";

const [newline, carriageReturn] = [10, 13];

/** The longest record: one that never ends must not make the rest of a file one. */
const LONGEST = 2 ** 26;

export interface LineBuffer {
  /** Takes the next bytes, which may be overwritten afterwards. */
  push(piece: Uint8Array): void;
  end(): void;
}

export function isLineEnd(byte: number): boolean {
  return byte === newline || byte === carriageReturn;
}

/** Where the line end at a position ends: a carriage return and a newline are one. */
export function afterLineEnd(bytes: Uint8Array, at: number): number {
  return at + (bytes[at] === carriageReturn && bytes[at + 1] === newline ? 2 : 1);
}

/**
 * Collects pieces and hands on what ends with a line end: `take` is given bytes of which so many are whole lines, and
 * returns how many of them it has taken; the others are handed on again with what follows. A last line that does not
 * end is ended.
 *
 * @param endless the error for a record of more than 2^26 bytes, and for a last one that is not taken
 */
export function lineBuffer(take: (bytes: Uint8Array, length: number) => number, endless: () => InputError): LineBuffer {
  let bytes: Uint8Array = new Uint8Array(2 ** 16);
  let size = 0;
  let enough = 0;
  const push = (piece: Uint8Array) => {
    if (size > LONGEST) throw endless();
    if (size + piece.length > bytes.length) {
      const longer = new Uint8Array(2 * (size + piece.length));
      longer.set(bytes.subarray(0, size));
      bytes = longer;
    }
    bytes.set(piece, size);
    const before = size;
    size += piece.length;
    // Of what was not taken, nothing needs to be looked at for line ends, except that a carriage return may have got
    // its second half. A record longer than a piece is looked at again only when there is twice as much of it.
    const length = size < enough ? 0 : endOfLines(bytes, enough === 0 ? Math.max(before - 1, 0) : 0, size);
    if (length === 0) return;
    const taken = take(bytes, length);
    bytes.copyWithin(0, taken, size);
    size -= taken;
    enough = taken === 0 ? 2 * size : 0;
  };
  return {
    push,
    end() {
      enough = 0;
      push(Uint8Array.of(newline));
      if (size > 0) throw endless();
    },
  };
}

/**
 * Where the last line ends that ends after `from`; 0 where none does. At the very end, half a line end may be missing.
 */
function endOfLines(bytes: Uint8Array, from: number, length: number): number {
  for (let at = length - 1; at >= from; at--) {
    if (bytes[at] === newline || (bytes[at] === carriageReturn && at + 1 < length)) return at + 1;
  }
  return 0;
}
