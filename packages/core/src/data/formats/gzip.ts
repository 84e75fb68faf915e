// Optional gzip around any data file (RFC 1952), recognised by its first two bytes.

import { gunzipSync } from "fflate";
import { beyond, type Limit, mostOf } from "../../limits.ts";
import { undecoded } from "../../undecoded.ts";
import { invalidFile } from "./elements.ts";

/** The most bytes that a deflate stream of a given length can unpack to: its best code spends 2 bits on 258 bytes. */
export function mostInflated(compressed: number): number {
  return 1032 * compressed + 64;
}

/**
 * The unpacked bytes of a gzip file, or the bytes themselves where they are not gzip.
 *
 * Length and checksum are compared with the trailer, and a length that no deflate stream of this size can reach is
 * refused before it is allocated.
 *
 * @param limit bounds the bytes that it may unpack to
 * @throws InputError for a truncated or damaged file, for one that holds more, and for several gzip members in one
 * file.
 */
export function gunzip(bytes: Uint8Array, name = "gzip data", limit?: Limit): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const damaged = (got: string) =>
    invalidFile(name, "one whole gzip stream", got, "copy the file again, or compress it with gzip");
  if (bytes.length < 20) throw damaged(`${bytes.length} bytes`);
  const trailer = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 8, 8);
  const length = trailer.getUint32(4, true);
  if (length > mostInflated(bytes.length)) throw damaged(`a stream cut short`);
  if (limit && length > mostOf(limit)) throw beyond(limit, name, `${length}`, "unpack it with gunzip");
  let unpacked: Uint8Array;
  try {
    unpacked = gunzipSync(bytes);
  } catch (error) {
    throw undecoded(error, damaged);
  }
  if (unpacked.length !== length) throw damaged(`${unpacked.length} bytes where its trailer says ${length}`);
  if (crc32(unpacked) !== trailer.getUint32(0, true)) throw damaged("a checksum that does not match");
  return unpacked;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0xedb88320 : 0);
  return remainder;
});

/** CRC-32 as gzip and zip use it (reflected polynomial 0xEDB88320), going on from that of bytes before. */
export function crc32(bytes: Uint8Array, before = 0): number {
  let remainder = ~before;
  for (let i = 0; i < bytes.length; i++) remainder = crcTable[(remainder ^ bytes[i]) & 255] ^ (remainder >>> 8);
  return ~remainder >>> 0;
}
