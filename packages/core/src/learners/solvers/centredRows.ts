// Rows moved by their mean, and their squared norms: by compiled loops where there are any, the same to the last bit.

import { assembledAs } from "../../assembledAs.ts";
import { f64, i32, wasmFunction, wasmModule, whileTrue } from "../../assembler.ts";
import { lentLoops } from "../../hostedLoops.ts";
import type { Vector } from "../../linalg.ts";

/** m rows of D columns less their mean, in float32. */
interface CentredRows {
  /** [m, D]. */
  readonly vectors: Float32Array;
  /** The mean, [D]. */
  readonly centre: Float32Array;
  /** ||x_i||^2 of the moved rows, [m]. */
  readonly norms: Float32Array;
}

/** The rows of `width` numbers, less their mean: it is summed row by row in float64, and rounded once. */
export function centredRows(rows: Vector, width: number): CentredRows {
  return (rows instanceof Float32Array ? compiled(rows, width) : undefined) ?? plain(rows, width);
}

function plain(rows: Vector, width: number): CentredRows {
  const count = rows.length / width;
  const mean = new Float64Array(width);
  for (let at = 0; at < rows.length; ) for (let j = 0; j < width; j++, at++) mean[j] += rows[at];
  const centre = Float32Array.from(mean, (sum) => sum / count);
  const [vectors, norms] = [new Float32Array(rows.length), new Float32Array(count)];
  for (let i = 0, at = 0; i < count; i++) {
    let sum = 0;
    for (let j = 0; j < width; j++, at++) {
      vectors[at] = rows[at] - centre[j];
      sum += vectors[at] * vectors[at];
    }
    norms[i] = sum;
  }
  return { vectors, centre, norms };
}

function compiled(rows: Float32Array, width: number): CentredRows | undefined {
  const count = rows.length / width;
  const lent = lend(8 * width + 4 * (rows.length + width + count));
  if (!lent) return undefined;
  const { memory, loops } = lent;
  new Float64Array(memory.buffer, 0, width).fill(0);
  const numbers = new Float32Array(memory.buffer, 8 * width, width + rows.length + count);
  numbers.set(rows, width);
  loops.centre(4 * width, count, 4 * rows.length);
  const part = (from: number, length: number) => numbers.slice(from, from + length);
  return {
    vectors: part(width, rows.length),
    centre: part(0, width),
    norms: part(width + rows.length, count),
  };
}

/**
 * In place of rows of `width` bytes, `all` of them in so many bytes. Before them lies their mean, behind them their
 * norms, and at 0, 8 bytes for each column, zeros to begin with.
 */
const loop = wasmFunction(
  "centre",
  {
    parameters: { width: "i32", count: "f64", all: "i32" },
    locals: {
      ...{ centre: "i32", rows: "i32", end: "i32", at: "i32" },
      ...{ place: "i32", norms: "i32", sum: "f64" },
    },
  },
  (v) => {
    const next = (variable: typeof v.at, bytes: number) => variable.set(i32.add(variable.get, i32.constant(bytes)));
    return [
      v.centre.set(i32.shiftLeft(v.width.get, 1)),
      v.rows.set(i32.add(v.centre.get, v.width.get)),
      v.end.set(i32.add(v.rows.get, v.all.get)),
      v.norms.set(v.end.get),
      v.at.set(v.rows.get),
      whileTrue(
        i32.isLess(v.at.get, v.end.get),
        v.place.set(i32.constant(0)),
        whileTrue(
          i32.isLess(v.place.get, v.centre.get),
          f64.store(v.place.get, f64.add(f64.load(v.place.get), f64.loadSingle(v.at.get))),
          next(v.place, 8),
          next(v.at, 4),
        ),
      ),
      v.at.set(v.centre.get),
      v.place.set(i32.constant(0)),
      whileTrue(
        i32.isLess(v.at.get, v.rows.get),
        f64.storeSingle(v.at.get, f64.divide(f64.load(v.place.get), v.count.get)),
        next(v.place, 8),
        next(v.at, 4),
      ),
      whileTrue(
        i32.isLess(v.at.get, v.end.get),
        v.place.set(v.centre.get),
        v.sum.set(f64.constant(0)),
        whileTrue(
          i32.isLess(v.place.get, v.rows.get),
          f64.storeSingle(v.at.get, f64.subtract(f64.loadSingle(v.at.get), f64.loadSingle(v.place.get))),
          v.sum.set(f64.add(v.sum.get, f64.multiply(f64.loadSingle(v.at.get), f64.loadSingle(v.at.get)))),
          next(v.place, 4),
          next(v.at, 4),
        ),
        f64.storeSingle(v.norms.get, v.sum.get),
        next(v.norms, 4),
      ),
    ];
  },
);

export const centreLoop = (): Uint8Array<ArrayBuffer> => wasmModule([loop]);

const lend = lentLoops<"centre">(assembledAs("centre", centreLoop));
