// A .npz file in pieces, for arrays that are not to be held a second time in memory, or not at all.

import { Zip, ZipDeflate, ZipPassThrough } from "fflate";
import { type AnyRows, blocksOf, rowsOf } from "../../rows.ts";
import { allocate, type ElementType, type Tensor } from "../../tensor.ts";
import { writeNpy } from "./npy.ts";
import type { Unpacker } from "./zip.ts";

/** Bytes compressed at a time. */
const PIECE = 2 ** 20;

/**
 * Compresses a piece by itself, on whatever thread: blocks that end on a whole byte, none of which says that it is the
 * last (RFC 1951), so that pieces stand one after the other.
 */
export type PiecePacker = (piece: Uint8Array) => Promise<Uint8Array<ArrayBuffer>>;

/** What a host compresses and sums with, faster than the language does. */
export interface Packer {
  readonly pack: PiecePacker;
  /** CRC-32 of bytes, going on from that of those before. */
  readonly crc32: Unpacker["crc32"];
}

/** Pieces that are compressed at a time. */
const AT_ONCE = 4;
/** An empty block that is the last. */
const LAST = Uint8Array.of(3, 0);

/** A file of an archive whose bytes are compressed and summed elsewhere. */
class PackedElsewhere extends ZipPassThrough {
  override compression = 8;
  override crc = 0;
  readonly #crc32: Packer["crc32"];

  constructor(name: string, crc32: Packer["crc32"]) {
    super(name);
    this.#crc32 = crc32;
  }

  override push(piece: Uint8Array): void {
    this.crc = this.#crc32(piece, this.crc);
    this.size += piece.length;
  }
}

/**
 * The bytes of a .npz file of arrays [N, ...], piece by piece; equal arrays give equal bytes, wherever their rows are.
 *
 * @param packer a host's own way to compress, on several threads
 */
export async function* npzPieces(
  arrays: Readonly<Record<string, AnyRows<ElementType>>>,
  packer?: Packer,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    ready.push(piece);
  });
  for (const [name, array] of Object.entries(arrays)) {
    const file = packer
      ? new PackedElsewhere(`${name}.npy`, packer.crc32)
      : new ZipDeflate(`${name}.npy`, { level: 6 });
    // A zip stores local time: a text without a time zone means the same fields everywhere.
    file.mtime = "1980-01-01T12:00:00";
    zip.add(file);
    const packed: Promise<Uint8Array<ArrayBuffer>>[] = [];
    const takeFirst = async () => file.ondata(null, (await packed.shift())!, false);
    for await (const piece of bytesOf(array)) {
      file.push(piece);
      if (packer) packed.push(packer.pack(piece));
      if (packed.length >= AT_ONCE) await takeFirst();
      yield* ready.splice(0);
    }
    while (packed.length > 0) await takeFirst();
    file.push(new Uint8Array(0), true);
    if (packer) file.ondata(null, LAST, true);
    yield* ready.splice(0);
  }
  zip.end();
  yield* ready;
}

/** The bytes of a .npy file, in pieces. */
async function* bytesOf(array: AnyRows<ElementType>): AsyncGenerator<Uint8Array> {
  const { type, shape } = array;
  // The header depends on the shape alone.
  yield writeNpy({ type, shape, data: allocate(type, 0) } as Tensor);
  const rows = rowsOf(array);
  for (const { from, to } of blocksOf(shape)) {
    const { buffer, byteOffset, byteLength } = (await rows.read(from, to)).data;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
  }
}
