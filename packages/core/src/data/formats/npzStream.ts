// A .npz file in pieces, for arrays that are not to be held a second time in memory, or not at all.

import { Zip, ZipDeflate } from "fflate";
import { type AnyRows, blocksOf, rowsOf } from "../../rows.ts";
import { allocate, type ElementType, type Tensor } from "../../tensor.ts";
import { writeNpy } from "./npy.ts";

/** Bytes compressed at a time. */
const PIECE = 2 ** 20;

/**
 * The bytes of a .npz file of arrays [N, ...], piece by piece; equal arrays give equal bytes, wherever their rows are.
 */
export async function* npzPieces(arrays: Readonly<Record<string, AnyRows<ElementType>>>): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    ready.push(piece);
  });
  for (const [name, array] of Object.entries(arrays)) {
    const file = new ZipDeflate(`${name}.npy`, { level: 6 });
    // A zip stores local time: a text without a time zone means the same fields everywhere.
    file.mtime = "1980-01-01T12:00:00";
    zip.add(file);
    const { type, shape } = array;
    // The header depends on the shape alone.
    file.push(writeNpy({ type, shape, data: allocate(type, 0) } as Tensor));
    const rows = rowsOf(array);
    for (const { from, to } of blocksOf(shape)) {
      const { buffer, byteOffset, byteLength } = (await rows.read(from, to)).data;
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      for (let at = 0; at < bytes.length; at += PIECE) {
        file.push(bytes.subarray(at, at + PIECE));
        yield* ready.splice(0);
      }
    }
    file.push(new Uint8Array(0), true);
  }
  zip.end();
  yield* ready;
}
