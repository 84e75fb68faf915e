// Sequential minimal optimisation: a dense box-constrained quadratic problem with one equality, two variables at a
// time.

import { assembledAs } from "../../assembledAs.ts";
import { type HostedLoops, hasGrown, hostedLoops } from "../../hostedLoops.ts";
import { addScaled } from "../../linalg.ts";
import { smoLoop, TINY, VECTORS } from "./smoLoop.ts";

/**
 * minimise 1/2 b^T K b - y^T b subject to lower <= b <= upper and sum b = constant.
 *
 * `b` and the error e = y - K b are changed in place.
 */
export interface BoxProblem {
  readonly size: number;
  /** K [size, size], symmetric. */
  readonly matrix: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly b: Float64Array;
  readonly error: Float64Array;
}

/** Where such a problem is solved: what it starts from is written into its numbers, which then change in place. */
export interface Workplace extends BoxProblem {
  readonly diagonal: Float64Array;
  /** 1 for the rows of K that stand in the matrix, else 0: a row that is not there is asked for when it is needed. */
  readonly known: Float64Array;
  /**
   * Moves pairs until the optimality conditions are violated by at most `tolerance`, `maxIterations` are spent,
   * rounding lets none move, or a row is wanted that is not known.
   *
   * At the optimum no variable that may rise has a larger error than one that may fall. Each iteration takes the one
   * that violates this most by first order (i) and with it the one that promises the largest decrease (j).
   *
   * Source: Fan, Chen and Lin, Working set selection using second order information (JMLR 2005), algorithm WSS 2.
   */
  move(tolerance: number, maxIterations: number): Moved;
  /**
   * Of the rows that are not known and may rise, or fall, the one that violates the conditions most; -1 where there is
   * none.
   */
  next(side: "rising" | "falling"): number;
  /** K[chosen, chosen], row-major, without what lies above the diagonal; rows that are known. */
  among(chosen: Int32Array): Float64Array;
  /** Brings the errors up to date after variables of known rows have risen by so much. */
  haveRisen(chosen: Int32Array, by: Float64Array): void;
  /** The numbers are not to be used after it. */
  release(): void;
}

interface Moved {
  readonly iterations: number;
  /** The row that is wanted; -1 where none is. */
  readonly wanted: number;
}

type SmoLoopName = "smo" | "next" | "gather" | "add";
const instantiate = hostedLoops<SmoLoopName>(assembledAs("smo", smoLoop));
/** Memories that nobody works in: to make one for each problem would keep the collector of garbage busy. */
const idle: HostedLoops<SmoLoopName>[] = [];
/** The most that one of them has. */
const KEPT = 2 ** 26;

/** A place for a problem of so many variables; what stands in it is left over from others. */
export function workplace(size: number): Workplace {
  const end = 8 * size * (size + VECTORS.length);
  const bytes = end + 4 + 4 * size;
  const lent = typeof WebAssembly === "undefined" ? undefined : (idle.pop() ?? instantiate(2 ** 16));
  if (!lent || !hasGrown(lent, bytes)) return plainWorkplace(size);
  const { memory, loops } = lent;
  const vectors = vectorsOf(size, memory.buffer);
  const addresses = VECTORS.map((name) => vectors[name].byteOffset);
  const wanted = new Int32Array(memory.buffer, end, 1);
  const list = new Int32Array(memory.buffer, end + 4, size);
  const { error, some } = vectors;
  return {
    ...{ size, matrix: new Float64Array(memory.buffer, 0, size * size), ...vectors },
    move(tolerance, maxIterations) {
      const iterations = loops.smo(8 * size, ...addresses, maxIterations, tolerance);
      return { iterations, wanted: wanted[0] < 0 ? -1 : wanted[0] / 8 };
    },
    next(side) {
      const [bound, sign] = side === "rising" ? [vectors.upper, 1] : [vectors.lower, -1];
      const addresses = [bound, vectors.b, vectors.error, vectors.known].map(({ byteOffset }) => byteOffset);
      return loops.next(8 * size, ...addresses, sign) >> 3;
    },
    among(chosen) {
      const m = chosen.length;
      const part = new Float64Array(m * m);
      list.set(chosen);
      for (let i = 0; i < m; i++) {
        loops.gather(8 * size * chosen[i], list.byteOffset, list.byteOffset + 4 * (i + 1), some.byteOffset);
        part.set(some.subarray(0, i + 1), i * m);
      }
      return part;
    },
    haveRisen(chosen, by) {
      const errorEnd = error.byteOffset + error.byteLength;
      for (let i = 0; i < chosen.length; i++) loops.add(8 * size * chosen[i], -by[i], error.byteOffset, errorEnd);
    },
    release: () => void (bytes <= KEPT && idle.push(lent)),
  };
}

type Vectors = Record<(typeof VECTORS)[number], Float64Array>;

function vectorsOf(size: number, buffer: ArrayBuffer): Vectors {
  const vectors = VECTORS.map((name, k) => [name, new Float64Array(buffer, 8 * size * (size + k), size)]);
  return Object.fromEntries(vectors) as Vectors;
}

function plainWorkplace(size: number): Workplace {
  const buffer = new ArrayBuffer(8 * size * (size + VECTORS.length));
  const place = { size, matrix: new Float64Array(buffer, 0, size * size), ...vectorsOf(size, buffer) };
  return {
    ...place,
    move: (tolerance, maxIterations) => plainSmo(place, tolerance, maxIterations),
    next: (side) => plainNext(place, side),
    among: (chosen) => plainAmong(place, chosen),
    haveRisen(chosen, by) {
      for (const [i, t] of chosen.entries()) {
        addScaled(place.error, -by[i], place.matrix.subarray(t * size, (t + 1) * size));
      }
    },
    release: () => {},
  };
}

function plainSmo(
  { size, matrix, diagonal, lower, upper, b, error, known }: BoxProblem & Vectors,
  tolerance: number,
  maxIterations: number,
): Moved {
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    let i = -1;
    let highest = Number.NEGATIVE_INFINITY;
    for (let t = 0; t < size; t++) {
      if (error[t] > highest && b[t] < upper[t]) {
        highest = error[t];
        i = t;
      }
    }
    if (i < 0) return { iterations: iteration, wanted: -1 };
    if (known[i] === 0) return { iterations: iteration, wanted: i };
    const rowI = i * size;
    let j = -1;
    let bestGain = 0;
    let lowest = highest;
    for (let t = 0; t < size; t++) {
      if (b[t] <= lower[t]) continue;
      const difference = highest - error[t];
      if (difference <= 0) continue;
      if (error[t] < lowest) lowest = error[t];
      const gain = (difference * difference) / Math.max(diagonal[i] + diagonal[t] - 2 * matrix[rowI + t], TINY);
      if (gain > bestGain) {
        bestGain = gain;
        j = t;
      }
    }
    if (highest - lowest <= tolerance || j < 0) return { iterations: iteration, wanted: -1 };
    if (known[j] === 0) return { iterations: iteration, wanted: j };
    const rowJ = j * size;
    const curvature = Math.max(diagonal[i] + diagonal[j] - 2 * matrix[rowI + j], TINY);
    const step = Math.min((highest - error[j]) / curvature, upper[i] - b[i], b[j] - lower[j]);
    const before = b[i];
    const beforeJ = b[j];
    b[i] = snap(b[i] + step, lower[i], upper[i]);
    b[j] = snap(b[j] - step, lower[j], upper[j]);
    // What rounding swallows would be tried again without end.
    if (b[i] === before && b[j] === beforeJ) return { iterations: iteration, wanted: -1 };
    for (let t = 0; t < size; t++) error[t] -= step * (matrix[rowI + t] - matrix[rowJ + t]);
  }
  return { iterations: maxIterations, wanted: -1 };
}

function plainNext({ lower, upper, b, error, known }: Vectors, side: "rising" | "falling"): number {
  const [bound, sign] = side === "rising" ? [upper, 1] : [lower, -1];
  let [best, highest] = [-1, Number.NEGATIVE_INFINITY];
  for (let t = 0; t < b.length; t++) {
    const worth = sign * error[t];
    if (worth > highest && sign * b[t] < sign * bound[t] && known[t] === 0) [best, highest] = [t, worth];
  }
  return best;
}

function plainAmong({ size, matrix }: BoxProblem, chosen: Int32Array): Float64Array {
  const m = chosen.length;
  const part = new Float64Array(m * m);
  for (let i = 0; i < m; i++) for (let j = 0; j <= i; j++) part[i * m + j] = matrix[chosen[i] * size + chosen[j]];
  return part;
}

/** What lies on a bound but for rounding is put exactly on it. */
export function snap(value: number, lower: number, upper: number): number {
  const slack = 1e-12 * (upper - lower);
  if (value < lower + slack) return lower;
  return value > upper - slack ? upper : value;
}

/** The variables off their bounds. */
export function freeOf({ lower, upper, b }: Pick<BoxProblem, "lower" | "upper" | "b">): Int32Array {
  const free: number[] = [];
  for (let t = 0; t < b.length; t++) if (b[t] > lower[t] && b[t] < upper[t]) free.push(t);
  return Int32Array.from(free);
}

/** By how much the optimality conditions are violated: the largest error that may rise less the least that may fall. */
export function violationOf({ lower, upper, b, error }: Pick<BoxProblem, "lower" | "upper" | "b" | "error">): number {
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  for (let t = 0; t < b.length; t++) {
    if (b[t] < upper[t]) highest = Math.max(highest, error[t]);
    if (b[t] > lower[t]) lowest = Math.min(lowest, error[t]);
  }
  return Math.max(0, highest - lowest);
}
