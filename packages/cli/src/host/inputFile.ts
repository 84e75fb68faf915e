// Files of input, read in pieces so that nothing of their size is in memory twice; gzip is unpacked on the way.

import { type FileHandle, open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline, Readable } from "node:stream";
import { crc32, createGunzip, createInflateRaw, type Gunzip } from "node:zlib";
import { InputError } from "@carom/core";
import { type ByteSource, beyond, dataLimits, mostInflated, mostOf, type Unpacker, undecoded } from "@carom/core/data";
import { unreadable } from "./read.ts";
import { requireRoomFor } from "./room.ts";
import "./sizes.ts";

/** Bytes read at a time. */
const PIECE = 2 ** 20;

/** A file that is open. */
export interface InputFile extends ByteSource {
  readonly name: string;
  /** About how many bytes its content is: what gzip says of it at its end, as far as that can be true. */
  readonly unpackedSize: number;
  /** The bytes as they are on disk, each piece in the same place in memory. */
  pieces(): AsyncGenerator<Uint8Array>;
  /** The content, unpacked where it is gzip (RFC 1952). @throws InputError for gzip that is cut short or damaged. */
  unpacked(): AsyncGenerator<Uint8Array>;
  /** Whether the file is gzip. */
  readonly isGzip: boolean;
  /** What the system calls the open file. */
  readonly descriptor: number;
  close(): Promise<void>;
}

/** Opens a file of input. @throws InputError where there is none, or it cannot be read. */
export async function openInput(kind: string, path: string): Promise<InputFile> {
  const failed = (error: unknown) => {
    throw unreadable(kind, path, error);
  };
  const found = await stat(path).catch(failed);
  if (!found.isFile()) throw unreadable(kind, path, { code: found.isDirectory() ? "EISDIR" : "a special file" });
  const handle = await open(path).catch(failed);
  const read = (into: Uint8Array, from: number) => readFully(handle, into, from).catch(failed);
  const { size } = found;
  const ends = new Uint8Array(8);
  if (size >= 20) {
    await read(ends.subarray(0, 2), 0);
    await read(ends.subarray(4), size - 4);
  }
  const isGzip = ends[0] === 0x1f && ends[1] === 0x8b;

  async function* pieces(): AsyncGenerator<Uint8Array> {
    const buffer = new Uint8Array(Math.min(PIECE, Math.max(1, size)));
    for (let at = 0; ; ) {
      const bytes = await read(buffer, at);
      if (bytes === 0) break;
      yield buffer.subarray(0, bytes);
      at += bytes;
    }
  }
  return {
    name: basename(path),
    size,
    isGzip,
    unpackedSize: isGzip ? Math.min(new DataView(ends.buffer).getUint32(4, true), mostInflated(size)) : size,
    read: async (from, into) => {
      if ((await read(into, from)) < into.length) failed({ code: "one that ends early" });
    },
    pieces,
    unpacked: () => (isGzip ? inflated(pieces(), createGunzip({ chunkSize: PIECE }), basename(path)) : pieces()),
    descriptor: handle.fd,
    close: () => handle.close(),
  };
}

/** Fills an array from a position on, or up to the end of the file: how many bytes there were. */
async function readFully(handle: FileHandle, into: Uint8Array, from: number): Promise<number> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await handle.read(into, filled, into.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** All of the content at once. @throws InputError for gzip that holds more than fits well */
export async function contentOf(file: InputFile): Promise<Uint8Array> {
  const most = file.isGzip ? mostOf(dataLimits.unpacked) : Number.POSITIVE_INFINITY;
  requireRoomFor(file.name, Math.min(file.unpackedSize, most));
  // What gzip says of its size is true of honest files below 4 GiB; others grow.
  let content = new Uint8Array(Math.min(file.unpackedSize, most));
  let length = 0;
  for await (const piece of file.unpacked()) {
    const end = length + piece.length;
    if (end > most) {
      throw beyond(dataLimits.unpacked, file.name, "more", "unpack it with gunzip, and give what comes out");
    }
    if (end > content.length) {
      requireRoomFor(file.name, end);
      const longer = new Uint8Array(Math.min(most, Math.max(end, 2 * content.length)));
      longer.set(content.subarray(0, length));
      content = longer;
    }
    content.set(piece, length);
    length = end;
  }
  return content.subarray(0, length);
}

/** Unpacks what zip archives hold. */
export const unpacker: Unpacker = {
  inflate: (pieces) => inflated(pieces, createInflateRaw({ chunkSize: PIECE }), undefined),
  crc32,
};

/** What comes out of an unpacker. Its faults are the file's, where one is named. */
async function* inflated(
  pieces: AsyncIterable<Uint8Array>,
  unpacker: Gunzip,
  name: string | undefined,
): AsyncGenerator<Uint8Array> {
  pipeline(Readable.from(copies(pieces)), unpacker, () => {});
  try {
    for await (const piece of unpacker) yield piece as Uint8Array;
  } catch (error) {
    if (name === undefined) throw error;
    const [expected, remedy] = ["one whole gzip stream", "copy the file again, or compress it with gzip"];
    throw undecoded(error, (got) => new InputError("invalid", name, { expected, got, remedy }));
  }
}

/** The unpacker reads on while we go on. */
async function* copies(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield piece.slice();
}
