// A .npz file in pieces, for arrays too large to be held a second time in memory.

import { Zip, ZipDeflate } from "fflate";
import type { Tensor } from "../../tensor.ts";
import { writeNpy } from "./npy.ts";

/** Bytes compressed at a time. */
const PIECE = 2 ** 20;

/** The bytes of a .npz file, piece by piece; equal arrays give equal bytes. */
export function* npzPieces(arrays: Readonly<Record<string, Tensor>>): Generator<Uint8Array> {
  let ready: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    ready.push(piece);
  });
  for (const [name, array] of Object.entries(arrays)) {
    const file = new ZipDeflate(`${name}.npy`, { level: 6 });
    // A zip stores local time: a text without a time zone means the same fields everywhere.
    file.mtime = "1980-01-01T12:00:00";
    zip.add(file);
    // The header depends on the shape alone.
    file.push(writeNpy({ ...array, data: array.data.subarray(0, 0) } as Tensor));
    const { buffer, byteOffset, byteLength } = array.data;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    for (let from = 0; from < bytes.length; from += PIECE) {
      file.push(bytes.subarray(from, from + PIECE));
      yield* ready;
      ready = [];
    }
    file.push(new Uint8Array(0), true);
  }
  zip.end();
  yield* ready;
}
