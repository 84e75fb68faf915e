// Files that the user dropped, as the core's formats read them.

import { InputError } from "@carom/core";
import {
  beyond,
  bytesSource,
  crc32,
  type DataFile,
  dataLimits,
  mostInflated,
  mostOf,
  type Unpacker,
} from "@carom/core/data";

/** A file in memory, as formats of data read it. */
export function dataFile(name: string, bytes: Uint8Array): DataFile {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const unpacked = () => (isGzip ? inflated([bytes], "gzip", name) : whole(bytes));
  return {
    ...bytesSource(bytes),
    name,
    isGzip,
    unpackedSize: isGzip ? mostInflated(bytes.length) : bytes.length,
    unpacked,
    async content() {
      if (!isGzip) return bytes;
      const pieces: Uint8Array[] = [];
      for await (const piece of unpacked()) pieces.push(piece);
      return joined(pieces);
    },
    unpacker,
    requireRoomFor,
  };
}

async function* whole(bytes: Uint8Array) {
  yield bytes;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** @throws InputError where so many bytes are more than a page should hold */
export function requireRoomFor(what: string, size: number): void {
  if (size > mostOf(dataLimits.unpacked)) throw tooMuch(what);
}

const damaged = (name: string) =>
  new InputError("invalid", name, {
    expected: "whole compressed content",
    got: "bytes that end early or cannot be unpacked",
    remedy: "copy the file again, or compress it again",
  });

const tooMuch = (what: string) => beyond(dataLimits.unpacked, what, "more", "give fewer rows to the page");

/** What comes out of the browser's own unpacker. @throws InputError for more than a page should hold */
async function* inflated(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  format: CompressionFormat | "deflate-raw",
  name: string,
): AsyncGenerator<Uint8Array> {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  // What fails while it is written fails where it is read, too.
  const written = (async () => {
    for await (const piece of pieces) await writer.write(piece.slice());
    await writer.close();
  })().catch(() => {});
  const reader = stream.readable.getReader();
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw damaged(name);
    });
    if (done) break;
    size += value.length;
    if (size > mostOf(dataLimits.unpacked)) throw tooMuch(name);
    yield value;
  }
  await written;
}

const unpacker: Unpacker = {
  inflate: (pieces) => inflated(pieces, "deflate-raw", "the archive"),
  crc32,
};
