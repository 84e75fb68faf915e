// The file of crafted points: .npz with its rows written out, or .svmlight, which names their non-zeros only.

import { basename } from "node:path";
import {
  dataset,
  denseRows,
  type FloatType,
  InputError,
  sliceRows,
  type Tensor,
  tensor,
  type Vector,
  zeros,
} from "@carom/core";
import { bytesSource, npzPieces, openNpzFile, readSvmlight, type SparseRows, svmlightLine } from "@carom/core/data";
import { unpacker } from "./inputFile.ts";
import { readBytes } from "./read.ts";

/** What stands beside the points, one entry per row. */
export interface RowFacts {
  /** Labels as in the data file. */
  readonly labels: Int32Array;
  readonly epsilon: Float64Array;
  /** The row of the data file that a point was made from. */
  readonly index: Int32Array;
}

/** Points on their way to a file. */
export interface EvasionFile {
  /** Takes points, to be written from row `at` on. */
  put(at: number, points: Vector | SparseRows): void;
  /** The bytes, once all points are there. */
  pieces(facts: RowFacts): Iterable<Uint8Array>;
}

const npz = /\.npz$/i;
const svmlight = /\.(svmlight|svm|libsvm)$/i;

/** Numbers that a run may hold at once: 2 GB of float32. */
const MOST = 2 ** 29;

/** Whether a file of that name names non-zeros only. @throws InputError for another ending. */
export function isSparseFile(path: string): boolean {
  if (npz.test(path) || svmlight.test(path)) return svmlight.test(path);
  throw new InputError("invalid", "option --out", {
    expected: "a file name that ends in .npz or .svmlight",
    got: `"${path}"`,
    remedy: "for instance --out adv.npz",
  });
}

/**
 * A file of so many rows, in the format that its name asks for; an archive holds numbers of the type that models take.
 *
 * @throws InputError for more than memory may hold
 */
export function evasionFile(path: string, rows: number, featureShape: readonly number[], type: FloatType): EvasionFile {
  const columns = featureShape.reduce((product, size) => product * size, 1);
  return isSparseFile(path) ? textFile(rows, columns) : archive(rows, columns, featureShape, type);
}

function archive(rows: number, columns: number, featureShape: readonly number[], type: FloatType): EvasionFile {
  if (rows * columns > MOST) {
    throw new InputError("unsupported", "size of the output", {
      expected: `up to ${MOST} numbers (budgets times rows times features)`,
      got: `${rows * columns}`,
      remedy: "give fewer rows or budgets at a time, or write rows that are mostly zero to a .svmlight file",
    });
  }
  const { data: x } = zeros(type, [rows * columns]);
  return {
    put: (at, points) => x.set("start" in points ? writtenOut(points) : points, at * columns),
    pieces: ({ labels, epsilon, index }) =>
      npzPieces({
        x: tensor(type, [rows, ...featureShape], x),
        y: { type: "int32", shape: [rows], data: labels },
        epsilon: { type: "float64", shape: [rows], data: epsilon },
        index: { type: "int32", shape: [rows], data: index },
      }),
  };
}

function writtenOut(points: SparseRows): Float32Array {
  const x = new Float32Array(points.rows * points.columns);
  for (let i = 0; i < points.rows; i++) {
    for (const [column, value] of entriesOf(points, i)) x[i * points.columns + column] = value;
  }
  return x;
}

/** Rows as lists of their non-zeros, until it is known what stands beside them. */
function textFile(rows: number, columns: number): EvasionFile {
  const entries = new Array<readonly (readonly [number, number])[]>(rows);
  return {
    put(at, points) {
      const count = "start" in points ? points.rows : points.length / columns;
      for (let i = 0; i < count; i++) {
        entries[at + i] =
          "start" in points ? entriesOf(points, i) : nonZeros(points.subarray(i * columns, (i + 1) * columns));
      }
    },
    *pieces({ labels, epsilon, index }) {
      const encoder = new TextEncoder();
      for (let i = 0; i < rows; i++) {
        yield encoder.encode(svmlightLine(labels[i], entries[i], `epsilon ${epsilon[i]} index ${index[i]}`));
      }
    },
  };
}

function entriesOf({ start, index, value }: SparseRows, row: number): (readonly [number, number])[] {
  return Array.from({ length: start[row + 1] - start[row] }, (_, i) => [index[start[row] + i], value[start[row] + i]]);
}

function nonZeros(row: Vector): (readonly [number, number])[] {
  const entries: (readonly [number, number])[] = [];
  for (let j = 0; j < row.length; j++) if (row[j] !== 0) entries.push([j, row[j]]);
  return entries;
}

/** Reads a file of points back: a function that gives some of its rows, written out. */
export async function readEvasionFile(path: string, columns: number): Promise<(from: number, to: number) => Tensor> {
  const bytes = await readBytes("file", path);
  if (!isSparseFile(path)) {
    const points = await (await openNpzFile(bytesSource(bytes), unpacker, basename(path))).read("x");
    return (from, to) => sliceRows(points, from, to);
  }
  const points = dataset(readSvmlight(bytes, basename(path), { columns }));
  return (from, to) => denseRows(points, from, to);
}
