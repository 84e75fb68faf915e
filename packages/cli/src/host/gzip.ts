// Compression on the way to a file, on other threads.

import { crc32 } from "node:zlib";
import { packPiece } from "./deflate.ts";

/** Bytes that are compressed at a time, by themselves: where they are cut does not depend on how they come. */
const PIECE = 2 ** 20;
/** Pieces that wait or are being compressed. */
const AT_ONCE = 4;
/** Deflated, at no known time, nothing said of the system (RFC 1952). */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
/** An empty block that is the last (RFC 1951). */
const LAST = Uint8Array.of(3, 0);

/**
 * The gzipped bytes of what comes in pieces; the same whatever the pieces. An error in the making of pieces is thrown.
 */
export async function* gzipped(pieces: Iterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  yield HEADER;
  const packed: Promise<Uint8Array>[] = [];
  let [sum, size] = [0, 0];
  for (const piece of evenly(pieces)) {
    sum = crc32(piece, sum);
    size += piece.length;
    packed.push(packPiece(piece));
    if (packed.length >= AT_ONCE) yield await packed.shift()!;
  }
  for (const last of packed) yield await last;
  yield LAST;
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(sum, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield trailer;
}

/** The same bytes in pieces of one length, the last of which may be shorter. */
function* evenly(pieces: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let full = new Uint8Array(PIECE);
  let at = 0;
  for (const piece of pieces) {
    const bytes = typeof piece === "string" ? encoder.encode(piece) : piece;
    for (let from = 0; from < bytes.length; ) {
      const part = bytes.subarray(from, from + PIECE - at);
      full.set(part, at);
      from += part.length;
      at += part.length;
      if (at < PIECE) continue;
      yield full;
      // The one before is still being compressed.
      full = new Uint8Array(PIECE);
      at = 0;
    }
  }
  if (at > 0) yield full.subarray(0, at);
}
