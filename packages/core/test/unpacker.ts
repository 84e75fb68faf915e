// What Node unpacks archives with, for tests of formats.

import { crc32, inflateRawSync } from "node:zlib";
import type { Unpacker } from "../src/data/formats/zip.ts";

export const unpacker: Unpacker = {
  async *inflate(pieces) {
    const packed: Uint8Array[] = [];
    for await (const piece of pieces) packed.push(piece.slice());
    yield inflateRawSync(Buffer.concat(packed));
  },
  crc32,
};
