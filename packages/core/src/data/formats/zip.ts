// Zip archives, read where they lie: the directory at the end, then single files piece by piece (APPNOTE.TXT 6.3).

import type { InputError } from "../../errors.ts";
import { undecoded } from "../../undecoded.ts";
import { invalidFile } from "./elements.ts";
import { mostInflated } from "./gzip.ts";
import type { PlaceOf } from "./headed.ts";

/** Bytes that can be read from anywhere, such as those of an open file. */
export interface ByteSource {
  readonly size: number;
  /** Fills an array with the bytes from a position on, all of which are there. */
  read(from: number, into: Uint8Array): Promise<void>;
}

/** Bytes that are in memory. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (from, into) => into.set(bytes.subarray(from, from + into.length)) };
}

/** What an archive is unpacked with. */
export interface Unpacker {
  /** Unpacks a raw deflate stream (RFC 1951). */
  inflate(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** CRC-32 of bytes, going on from that of those before. */
  crc32(bytes: Uint8Array, before: number): number;
}

interface ZipEntry {
  readonly name: string;
  readonly isStored: boolean;
  readonly compressedSize: number;
  readonly size: number;
  /** CRC-32 of the content. */
  readonly crc: number;
  /** Where the entry's own header begins. */
  readonly offset: number;
}

const [endMark, end64Mark, locatorMark, entryMark, localMark] = [
  0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50, 0x04034b50,
];
/**
 * Bytes of the fixed parts of an entry in the directory, of its own header, and of the end with the longest comment.
 */
const [ENTRY, LOCAL, END, LONGEST_END] = [46, 30, 22, 22 + 65535];
/** What stands for a number that is in the zip64 part. */
const [BIG16, BIG32] = [0xffff, 0xffffffff];
/** Bytes read at a time. */
const PIECE = 2 ** 20;

/**
 * The files of an archive.
 *
 * @throws InputError for another kind of file, and for a directory that is not sound: files that reach beyond the
 * archive, promise more than deflate can hold, or have one name.
 */
export async function zipEntries(source: ByteSource, name: string): Promise<ZipEntry[]> {
  const { count, offset, size } = await directoryPlace(source, name);
  if (offset + size > source.size || count * ENTRY > size) throw damaged(name, "a directory longer than the file");
  const view = await viewAt(source, offset, size);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  for (let at = 0, i = 0; i < count; i++) {
    if (at + ENTRY > size || view.getUint32(at, true) !== entryMark) throw damaged(name, "a directory cut short");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((from) => view.getUint16(at + from, true));
    const next = at + ENTRY + nameLength + extraLength + commentLength;
    if (next > size) throw damaged(name, "a directory cut short");
    const entry = entryAt(view, at, nameLength, extraLength, name);
    if (names.has(entry.name)) throw damaged(name, `two files named ${entry.name}`);
    const promised = entry.isStored ? entry.compressedSize : mostInflated(entry.compressedSize);
    if (entry.compressedSize > source.size || entry.size > promised) {
      throw damaged(name, `${entry.size} bytes promised for ${entry.name}`);
    }
    names.add(entry.name);
    entries.push(entry);
    at = next;
  }
  return entries;
}

/**
 * The content of a file in pieces, which may be in one place in memory; what is stored as it is goes to the place where
 * it will stay, if there is one. @throws InputError where it is damaged.
 */
export async function* entryPieces(
  source: ByteSource,
  entry: ZipEntry,
  { inflate, crc32 }: Unpacker,
  name: string,
  place: PlaceOf = () => undefined,
): AsyncGenerator<Uint8Array> {
  if (entry.offset + LOCAL > source.size) throw damaged(name, `no ${entry.name} where its directory says`);
  const header = await viewAt(source, entry.offset, LOCAL);
  const from = entry.offset + LOCAL + header.getUint16(26, true) + header.getUint16(28, true);
  if (header.getUint32(0, true) !== localMark || from + entry.compressedSize > source.size) {
    throw damaged(name, `no ${entry.name} where its directory says`);
  }
  const raw = range(source, from, entry.compressedSize, entry.isStored ? place : () => undefined);
  let crc = 0;
  try {
    for await (const piece of entry.isStored ? raw : inflate(raw)) {
      crc = crc32(piece, crc);
      yield piece;
    }
  } catch (error) {
    throw undecoded(error, (got) => damaged(name, got));
  }
  if (crc !== entry.crc) throw damaged(name, `a checksum that does not match for ${entry.name}`);
}

async function* range(source: ByteSource, from: number, size: number, place: PlaceOf): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.min(PIECE, size));
  for (let at = 0; at < size; ) {
    const length = Math.min(PIECE, size - at);
    const placed = place(length);
    const piece = placed?.length ? placed : buffer.subarray(0, length);
    await source.read(from + at, piece);
    yield piece;
    at += piece.length;
  }
}

/** Where the directory is. */
async function directoryPlace(source: ByteSource, name: string) {
  const length = Math.min(LONGEST_END, source.size);
  const view = await viewAt(source, source.size - length, length);
  let at = length - END;
  while (at >= 0 && view.getUint32(at, true) !== endMark) at--;
  if (at < 0) throw damaged(name, "no end of an archive");
  const [count, size, offset] = [
    view.getUint16(at + 10, true),
    view.getUint32(at + 12, true),
    view.getUint32(at + 16, true),
  ];
  const isBig = count === BIG16 || size === BIG32 || offset === BIG32;
  if (!isBig || at < 20 || view.getUint32(at - 20, true) !== locatorMark) return { count, size, offset };
  const place = Number(view.getBigUint64(at - 20 + 8, true));
  if (place + 56 > source.size) throw damaged(name, "no directory where its end says");
  const big = await viewAt(source, place, 56);
  if (big.getUint32(0, true) !== end64Mark) throw damaged(name, "no directory where its end says");
  const number = (from: number) => Number(big.getBigUint64(from, true));
  return { count: number(32), size: number(40), offset: number(48) };
}

function entryAt(view: DataView, at: number, nameLength: number, extraLength: number, name: string): ZipEntry {
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const text = decoder.decode(new Uint8Array(view.buffer, view.byteOffset + at + ENTRY, nameLength));
  if ((flags & 1) !== 0 || (method !== 0 && method !== 8)) {
    throw damaged(name, `${text}, ${flags & 1 ? "encrypted" : `compressed by method ${method}`}`);
  }
  let [size, compressedSize, offset] = [24, 20, 42].map((from) => view.getUint32(at + from, true));
  // The zip64 part holds, in this order, those that do not fit.
  const end = at + ENTRY + nameLength + extraLength;
  for (let extra = at + ENTRY + nameLength; extra + 4 <= end; extra += 4 + view.getUint16(extra + 2, true)) {
    if (view.getUint16(extra, true) !== 1) continue;
    let from = extra + 4;
    const next = (value: number) => {
      if (value !== BIG32 || from + 8 > end) return value;
      from += 8;
      return Number(view.getBigUint64(from - 8, true));
    };
    size = next(size);
    compressedSize = next(compressedSize);
    offset = next(offset);
  }
  return { name: text, isStored: method === 0, compressedSize, size, crc: view.getUint32(at + 16, true), offset };
}

async function viewAt(source: ByteSource, from: number, size: number): Promise<DataView> {
  const bytes = new Uint8Array(size);
  await source.read(from, bytes);
  return new DataView(bytes.buffer);
}

const decoder = new TextDecoder();

function damaged(name: string, got: string): InputError {
  return invalidFile(name, "a whole .npz archive", got, "copy the file again, or save it with numpy.savez");
}
