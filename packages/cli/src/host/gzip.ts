// Compression on the way to a file, on another thread.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

/**
 * The gzipped bytes of what comes in pieces; the same as of all pieces joined. An error in the making of pieces is
 * thrown.
 */
export async function* gzipped(pieces: Iterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip();
  const fed = pipeline(Readable.from(pieces), gzip);
  // Whoever reads meets the error too.
  fed.catch(() => {});
  yield* gzip as AsyncIterable<Uint8Array>;
  await fed;
}
