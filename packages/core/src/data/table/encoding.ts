// How the bytes of a text file stand for characters: recognised by its mark, or told.

import { invalidFile } from "../formats/elements.ts";

/** Encodings of text that are read. latin1 is what the web calls so: windows-1252. */
export const encodings = ["utf-8", "utf-16le", "utf-16be", "latin1"] as const;
/** How the bytes of a table are read as text. */
export type Encoding = (typeof encodings)[number];

/**
 * The encoding that the first bytes of a file tell: by its byte order mark; without one UTF-16 by the zero byte of its
 * first character, else UTF-8.
 */
export function encodingOf(head: Uint8Array): Encoding {
  const [first, second] = head;
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return "utf-16le";
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return "utf-16be";
  return "utf-8";
}

/** A function from pieces of a text in any encoding to the same text in UTF-8, without its byte order mark. */
export function toUtf8(encoding: Encoding, name: string): (piece: Uint8Array, isLast: boolean) => Uint8Array {
  if (encoding === "utf-8") {
    let isFirst = true;
    return (piece) => {
      const hasMark = isFirst && piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf;
      if (piece.length > 0) isFirst = false;
      return hasMark ? piece.subarray(3) : piece;
    };
  }
  const decoder = new TextDecoder(encoding, { fatal: true });
  const encoder = new TextEncoder();
  return (piece, isLast) => {
    try {
      return encoder.encode(decoder.decode(piece, { stream: !isLast }));
    } catch {
      throw invalidFile(name, `text in ${encoding}`, "bytes that are none", "say what it is in with --encoding");
    }
  };
}
