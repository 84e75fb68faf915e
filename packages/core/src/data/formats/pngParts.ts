// The parts of a PNG file that its pixels are made of, and whether what they unpack to is what its header says: a small
// file can hold a large one (PNG, third edition, chapters 5 and 11).

import { Unzlib } from "fflate";
import type { InputError } from "../../errors.ts";
import { mostInflated } from "./gzip.ts";

/** A chunk: its length, its type, and behind its content a checksum. */
const [LENGTH, TYPE, CHECKSUM] = [4, 4, 4];
const SIGNATURE = 8;
/** What pixels depend on; profiles, texts and further pictures of an animation unpack to whatever they like. */
const NEEDED = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];
/** Samples of a pixel by the type of its colours: grey, colours, places in a palette; 4 and 6 with how opaque it is. */
const samples: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** The error for what came in place of a sound file. */
type Fault = (got: string) => InputError;

/** Bytes that nobody counts, and those that are unpacked at a time to be counted. */
const [FEW, STEP] = [2 ** 26, 2 ** 12];

/**
 * The file without what its pixels do not depend on.
 *
 * @param bytes a file that begins with a signature and a header
 * @param fault the error for a file that is not sound
 * @throws it for chunks that reach beyond the file, for headers elsewhere than at its beginning, and for
 * pixels that unpack to more than the header has
 */
export function pixelParts(bytes: Uint8Array, fault: Fault): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [bytes.subarray(0, SIGNATURE)];
  const packed: Uint8Array[] = [];
  for (let at = SIGNATURE, type = ""; type !== "IEND"; ) {
    if (at + LENGTH + TYPE + CHECKSUM > bytes.length) throw fault("a file that ends early");
    const length = view.getUint32(at);
    const from = at + LENGTH + TYPE;
    const end = from + length + CHECKSUM;
    if (end > bytes.length) throw fault(`a part of ${length} bytes that reach beyond the file`);
    type = String.fromCharCode(...bytes.subarray(at + LENGTH, from));
    if ((type === "IHDR") !== (at === SIGNATURE)) throw fault("a header that is not its first part alone");
    if (NEEDED.includes(type)) kept.push(bytes.subarray(at, end));
    if (type === "IDAT") packed.push(bytes.subarray(from, from + length));
    at = end;
  }
  requireNoMore(packed, mostOf(view), fault);
  return joined(kept);
}

/** Bytes of the rows that a header promises, with what each begins with; twice that for those in seven passes. */
function mostOf(view: DataView): number {
  const [width, height, depth, type] = [view.getUint32(16), view.getUint32(20), view.getUint8(24), view.getUint8(25)];
  return 2 * height * (1 + Math.ceil((width * depth * (samples[type] ?? 4)) / 8)) + 64;
}

/** @throws a fault where zlib's stream in pieces holds more than so many bytes, of which few are kept at a time */
function requireNoMore(packed: readonly Uint8Array[], most: number, fault: Fault): void {
  const length = packed.reduce((sum, piece) => sum + piece.length, 0);
  if (mostInflated(length) <= Math.max(most, FEW)) return;
  let count = 0;
  const unpacker = new Unzlib((piece) => {
    count += piece.length;
  });
  for (const piece of packed) {
    for (let from = 0; from < piece.length; from += STEP) {
      // What is damaged is told of by who decodes it.
      unpacker.push(piece.slice(from, from + STEP), false);
      if (count > most) throw fault(`pixels that unpack to more than the ${most} bytes that they can take`);
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
