// What is asked of each number of dense rows in float32, as WebAssembly: four numbers at a time by their bits, the same
// operations as the plain loops of `columnFacts.ts` and `groups.ts`.

import { assembledAs } from "../assembledAs.ts";
import { i32, i32x4, type Variable, wasmFunction, wasmModule, whileTrue } from "../assembler.ts";
import { lentLoops } from "../hostedLoops.ts";

/** All bits of a number but its sign. */
export const REST = 0x7fffffff;
/** The bits of -0 in float32, and the upper ones in float64. */
export const NEGATIVE_ZERO = 0x80000000 | 0;
/** FNV-1a of 32 bits; its product carries nothing down, in which numbers such as 0.5 differ alone. */
export const [BASIS, PRIME] = [0x811c9dc5 | 0, 0x01000193];

/** Rows whose hashes are computed together: one alone would wait for each product to end. */
export const TOGETHER = 4;

/**
 * Of rows from 0 up to `end`, `width` bytes each, column by column: their least and greatest bits in the order of
 * numbers, and how many are not 0, held against what lies there before. Not 0 where some number is none that is whole.
 */
const ranges = wasmFunction(
  "ranges",
  {
    parameters: { end: "i32", width: "i32", least: "i32", greatest: "i32", nonZeros: "i32" },
    locals: {
      ...{ column: "i32", at: "i32", bits: "i32x4", place: "i32x4" },
      ...{ low: "i32x4", high: "i32x4", count: "i32x4", fractions: "i32x4" },
    },
    result: "i32",
  },
  (v) => {
    const kept = [
      [v.low, v.least],
      [v.high, v.greatest],
      [v.count, v.nonZeros],
    ] as const;
    return [
      whileTrue(
        i32.isLess(v.column.get, v.width.get),
        kept.map(([number, from]) => number.set(i32x4.load(i32.add(from.get, v.column.get)))),
        v.at.set(v.column.get),
        whileTrue(
          i32.isLess(v.at.get, v.end.get),
          v.bits.set(i32x4.load(v.at.get)),
          v.place.set(i32x4.xor(v.bits.get, i32x4.and(i32x4.shiftSigned(v.bits.get, 31), i32x4.constant(REST)))),
          v.low.set(i32x4.min(v.low.get, v.place.get)),
          v.high.set(i32x4.max(v.high.get, v.place.get)),
          v.count.set(i32x4.subtract(v.count.get, i32x4.isNot(i32x4.shiftLeft(v.bits.get, 1), i32x4.constant(0)))),
          v.fractions.set(i32x4.or(v.fractions.get, i32x4.isNotSingle(i32x4.floorSingle(v.bits.get), v.bits.get))),
          v.at.set(i32.add(v.at.get, v.width.get)),
        ),
        kept.map(([number, to]) => i32x4.store(i32.add(to.get, v.column.get), number.get)),
        v.column.set(i32.add(v.column.get, i32.constant(16))),
      ),
      i32x4.anyBit(v.fractions.get),
    ];
  },
);

/**
 * Four hashes of each row from 0 up to `end`, `width` bytes each, written to `into`: of every fourth number of its
 * first `length` bytes.
 */
const hashes = wasmFunction(
  "hashes",
  {
    parameters: { end: "i32", width: "i32", length: "i32", into: "i32" },
    locals: {
      ...{ row: "i32", rowEnd: "i32", r0: "i32", r1: "i32", r2: "i32", r3: "i32", word: "i32x4" },
      ...{ h0: "i32x4", h1: "i32x4", h2: "i32x4", h3: "i32x4" },
    },
  },
  (v) => {
    const rows = [v.r0, v.r1, v.r2, v.r3];
    const found = [v.h0, v.h1, v.h2, v.h3];
    const mixed = (hash: Variable, row: Variable) => [
      v.word.set(i32x4.load(row.get)),
      v.word.set(i32x4.andNot(v.word.get, i32x4.isEqual(v.word.get, i32x4.constant(NEGATIVE_ZERO)))),
      hash.set(i32x4.multiply(i32x4.xor(hash.get, v.word.get), i32x4.constant(PRIME))),
      hash.set(i32x4.xor(hash.get, i32x4.shiftRight(hash.get, 15))),
      row.set(i32.add(row.get, i32.constant(16))),
    ];
    return whileTrue(
      i32.isLess(v.row.get, v.end.get),
      found.map((hash) => hash.set(i32x4.constant(BASIS))),
      rows.map((row) => [row.set(v.row.get), v.row.set(i32.add(v.row.get, v.width.get))]),
      v.rowEnd.set(i32.add(v.r0.get, v.length.get)),
      whileTrue(
        i32.isLess(v.r0.get, v.rowEnd.get),
        found.map((hash, k) => mixed(hash, rows[k])),
      ),
      found.map((hash, k) => i32x4.store(v.into.get, hash.get, 16 * k)),
      v.into.set(i32.add(v.into.get, i32.constant(16 * TOGETHER))),
    );
  },
);

export const singleLoops = (): Uint8Array<ArrayBuffer> => wasmModule([ranges, hashes]);

const lend = lentLoops<"ranges" | "hashes">(assembledAs("single", singleLoops));

/** Bytes that are handed over at a time: they stay in the processor's cache. */
const BLOCK = 2 ** 17;
/** Fewer numbers are done by plain loops before these are compiled. */
const WORTH_COMPILING = 2 ** 16;

/** Loops that are about to go over some rows, and room for so many whole numbers behind those. */
interface Lent {
  readonly loops: NonNullable<ReturnType<typeof lend>>["loops"];
  readonly room: Int32Array;
}

/**
 * Hands numbers to compiled loops, so many whole lines of `width` numbers at a time that they are a multiple of
 * `together`, with the bytes that they are and the line that they begin with; how many lines were done.
 */
export function forEachLentBlock(
  bits: Int32Array,
  {
    width,
    together,
    room,
  }: { readonly width: number; readonly together: number; readonly room: (lines: number) => number },
  visit: (lent: Lent, bytes: number, from: number) => void,
): number {
  const height = together * Math.max(1, Math.floor(BLOCK / (4 * width * together)));
  const size = height * width;
  const kept = room(height);
  const lent = bits.length < WORTH_COMPILING ? undefined : lend(4 * (size + kept));
  if (!lent) return 0;
  const { memory, loops } = lent;
  const numbers = new Int32Array(memory.buffer, 0, size);
  const behind = { loops, room: new Int32Array(memory.buffer, 4 * size, kept) };
  const lines = together * Math.floor(bits.length / width / together);
  for (let from = 0; from < lines; from += height) {
    const count = Math.min(height, lines - from);
    numbers.set(bits.subarray(from * width, (from + count) * width));
    visit(behind, 4 * count * width, from);
  }
  return lines;
}
