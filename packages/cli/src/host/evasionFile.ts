// The file of crafted points: .npz with its rows written out, or .svmlight, which names their non-zeros only.

import { basename } from "node:path";
import {
  dataset,
  denseRows,
  elementBytes,
  type FloatType,
  InputError,
  type RowsRoom,
  rowCount,
  type Tensor,
  tensor,
  toFloat,
  type Vector,
} from "@carom/core";
import {
  denseFromSparse,
  npzPieces,
  openNpzFile,
  readSparseRows,
  type SparseRows,
  sparseFromDense,
  svmlightLine,
} from "@carom/core/data";
import { packer } from "./deflate.ts";
import { openInput, unpacker } from "./inputFile.ts";
import { roomBeside } from "./output.ts";

/** What stands beside the points, one entry per row. */
interface RowFacts {
  /** Labels as in the data file. */
  readonly labels: Int32Array;
  readonly epsilon: Float64Array;
  /** The row of the data file that a point was made from. */
  readonly index: Int32Array;
}

/** Points on their way to a file. */
export interface EvasionFile {
  /** Takes points, to be written from row `at` on. */
  put(at: number, points: Vector | SparseRows): Promise<void>;
  /** The bytes, once all points are there. */
  pieces(facts: RowFacts): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Lets go of the points. */
  close(): Promise<void>;
}

const npz = /\.npz$/i;
const svmlight = /\.(svmlight|svm|libsvm)$/i;

/** Bytes of an array in a zip archive that says sizes in 32 bits. */
const MOST_BYTES = 2 ** 32 - 2 ** 16;

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
 * A file of so many rows, in the format that its name asks for; an archive holds numbers of the type that models take,
 * which wait on disk until they are written.
 *
 * @throws InputError for more than an archive may hold
 */
export async function evasionFile(
  path: string,
  rows: number,
  featureShape: readonly number[],
  type: FloatType,
): Promise<EvasionFile> {
  const columns = featureShape.reduce((product, size) => product * size, 1);
  if (isSparseFile(path)) return textFile(columns);
  const size = rows * columns * elementBytes(type);
  if (size > MOST_BYTES) throw tooLarge(size);
  return archive(await roomBeside(path, type, [rows, ...featureShape]), columns);
}

function tooLarge(size: number): InputError {
  return new InputError("unsupported", "size of the output", {
    expected: `up to ${MOST_BYTES} bytes (budgets times rows times features, in the type that the model takes)`,
    got: `${size}`,
    remedy: "give fewer rows or budgets at a time, or write rows that are mostly zero to a .svmlight file",
  });
}

/** Numbers that are written out at a time. */
const NUMBERS = 2 ** 20;

function archive(x: RowsRoom, columns: number): EvasionFile {
  const [rows] = x.shape;
  const write = (at: number, points: Tensor<FloatType>) => x.write(at, toFloat(points, x.type));
  return {
    async put(at, points) {
      if (!("start" in points)) return write(at, rowsIn(points, columns));
      const some = Math.max(1, Math.floor(NUMBERS / columns));
      for (let from = 0; from < points.rows; from += some) {
        await write(at + from, denseFromSparse(points, from, Math.min(points.rows, from + some)));
      }
    },
    pieces: ({ labels, epsilon, index }) =>
      npzPieces(
        {
          x,
          y: { type: "int32", shape: [rows], data: labels },
          epsilon: { type: "float64", shape: [rows], data: epsilon },
          index: { type: "int32", shape: [rows], data: index },
        },
        packer,
      ),
    close: () => x.close(),
  };
}

/** Characters of a piece, about. */
const PIECE = 2 ** 16;

/** Rows as their non-zeros, until it is known what stands beside them. */
function textFile(columns: number): EvasionFile {
  const parts: { readonly at: number; readonly points: SparseRows }[] = [];
  return {
    async put(at, points) {
      parts.push({ at, points: "start" in points ? points : sparseFromDense(rowsIn(points, columns)) });
    },
    *pieces({ labels, epsilon, index }) {
      const encoder = new TextEncoder();
      let piece = "";
      for (const { at, points } of parts.toSorted((a, b) => a.at - b.at)) {
        for (let i = 0; i < points.rows; i++) {
          const row = at + i;
          piece += svmlightLine(labels[row], entriesOf(points, i), `epsilon ${epsilon[row]} index ${index[row]}`);
          if (piece.length < PIECE) continue;
          yield encoder.encode(piece);
          piece = "";
        }
      }
      yield encoder.encode(piece);
    },
    async close() {},
  };
}

function rowsIn(points: Vector, columns: number): Tensor<FloatType> {
  const shape = [points.length / columns, columns];
  return points instanceof Float32Array ? tensor("float32", shape, points) : tensor("float64", shape, points);
}

function entriesOf({ start, index, value }: SparseRows, row: number): (readonly [number, number])[] {
  return Array.from({ length: start[row + 1] - start[row] }, (_, i) => [index[start[row] + i], value[start[row] + i]]);
}

/** Reads the points of a file back, written out, some rows at a time and in their order. */
export async function* savedPoints(path: string, columns: number): AsyncGenerator<Tensor> {
  const file = await openInput("file", path);
  try {
    if (!isSparseFile(path)) {
      yield* (await openNpzFile(file, unpacker, basename(path))).blocks("x");
      return;
    }
    const points = dataset(await readSparseRows(() => file.pieces(), basename(path), { columns }, file.size));
    const some = Math.max(1, Math.floor(NUMBERS / columns));
    for (let from = 0; from < rowCount(points); from += some) {
      yield denseRows(points, from, Math.min(rowCount(points), from + some));
    }
  } finally {
    await file.close();
  }
}
