// Sparse data in a pickle of Python objects, wherever they are in it: a SciPy CSR matrix and the labels of its rows.

import { InputError } from "../../errors.ts";
import { sizeOf } from "../../tensor.ts";
import type { SparseRows } from "../sparse.ts";
import { sparsePrecisionCheck } from "../table/precision.ts";
import { invalidFile, requireSize } from "./elements.ts";
import { type ElementLayout, elementDecoder, floatSink } from "./floats.ts";
import { readNumbers } from "./headed.ts";
import { elementTypeOf } from "./npy.ts";
import { arePickledBytes, isGlobal, isObject, type PickleValue, readPickleIn } from "./pickle.ts";
import { isNumpy, type PickledArray, pickledArray } from "./pickledArrays.ts";
import type { LabelledRows } from "./svmlight.ts";
import type { ByteSource } from "./zip.ts";

/** Names under which labels are kept, those of a CDataset of SecML among them. */
const labelNames = ["y", "_y", "labels", "label", "target", "targets"];

interface Compressed {
  readonly data: PickledArray;
  readonly indices: PickledArray;
  readonly indptr: PickledArray;
  readonly shape: readonly number[];
}

/**
 * The rows and labels of a pickled data set, such as DrebinRed of the SecML zoo: a CDataset around a CSR matrix.
 *
 * The matrix is the only object with arrays `data`, `indices` and `indptr` and a shape. The labels are the array with
 * one whole number for each row that is kept under a usual name (y, labels, target), else the only such array.
 *
 * @throws InputError for a pickle without one CSR matrix and one array of labels, and for a matrix that is not sound.
 */
export async function readPickledDataset(source: ByteSource, name = "pickle"): Promise<LabelledRows> {
  const matrices: Compressed[] = [];
  const vectors: { readonly key: string; readonly array: PickledArray }[] = [];
  const parts = new Set<PickleValue>();
  const arrayOf = arraysOfOwn(source.size, name);
  walk(await readPickleIn(source, name), (value, key) => {
    const found = compressed(value, name, parts, arrayOf);
    if (found) matrices.push(found);
    const array = parts.has(value) ? undefined : arrayOf(value);
    if (array && array.shape.length > 0) vectors.push({ key, array });
  });
  if (matrices.length !== 1) {
    throw new InputError(matrices.length === 0 ? "missing" : "unsupported", `sparse matrix in ${name}`, {
      expected: "one CSR matrix of SciPy",
      got: matrices.length === 0 ? "none" : `${matrices.length}`,
      remedy: "save features and labels with numpy.savez(file, x=..., y=...)",
    });
  }
  const features = await rowsOf(source, matrices[0], name);
  const fitting: { readonly key: string; readonly values: Float64Array }[] = [];
  for (const { key, array } of vectors) {
    if (sizeOf(array.shape) !== features.rows) continue;
    const values = await doubles(source, array, name);
    if (values.every(Number.isInteger)) fitting.push({ key, values });
  }
  const named = fitting.filter(({ key }) => labelNames.includes(key.toLowerCase()));
  const chosen = named.length > 0 ? named : fitting;
  if (chosen.length !== 1) {
    throw new InputError("missing", `labels in ${name}`, {
      expected: `one array of ${features.rows} whole numbers beside the matrix, named y, labels or target`,
      got: `${chosen.length}`,
      remedy: "save features and labels with numpy.savez(file, x=..., y=...)",
    });
  }
  return { features, labels: Array.from(chosen[0].values) };
}

/**
 * What values describe, each once.
 *
 * @throws InputError where arrays hold more bytes together than the file: many would share what it says once
 */
function arraysOfOwn(size: number, name: string): ArrayReader {
  const known = new Map<PickleValue, PickledArray | undefined>();
  let total = 0;
  return (value) => {
    // Lists and dictionaries may be millions.
    if (!isObject(value)) return undefined;
    if (known.has(value)) return known.get(value);
    const array = pickledArray(value);
    known.set(value, array);
    total += array?.elements.length ?? 0;
    if (total <= size) return array;
    throw invalidFile(
      name,
      "arrays with elements of their own",
      "several that share them",
      "save copies of the arrays",
    );
  };
}

type ArrayReader = (value: PickleValue | undefined) => PickledArray | undefined;

/** Visits every value once, with the nearest name on the way to it; a list of work in place of recursion. */
function walk(root: PickleValue, visit: (value: PickleValue, key: string) => void): void {
  const seen = new Set<PickleValue>([root]);
  const work: { readonly value: PickleValue; readonly key: string }[] = [{ value: root, key: "" }];
  const add = (value: PickleValue | undefined, key: string) => {
    if (
      typeof value !== "object" ||
      value === null ||
      value instanceof Uint8Array ||
      arePickledBytes(value) ||
      seen.has(value)
    )
      return;
    seen.add(value);
    work.push({ value, key });
  };
  for (const { value, key } of work) {
    visit(value, key);
    if (Array.isArray(value)) for (const item of value) add(item, key);
    const entries = value instanceof Map ? value : isObject(value) ? value.entries : undefined;
    if (entries) for (const [name, entry] of entries) add(entry, inner(name, key));
    if (!isObject(value) || isNumpy(value)) continue;
    add(value.state, key);
    add(value.arguments, key);
    for (const item of value.items) add(item, key);
  }
}

/** The array inside a wrapper (`_data` of SecML's arrays) goes by the name of the wrapper. */
const inner = (name: PickleValue, around: string) =>
  typeof name === "string" ? (name === "_data" ? around : name) : around;

/** The parts of a CSR matrix in what an object or dictionary holds; its arrays are noted as no labels. */
function compressed(
  value: PickleValue,
  name: string,
  parts: Set<PickleValue>,
  arrayOf: ArrayReader,
): Compressed | undefined {
  const held = isObject(value) ? value.state : value;
  if (!(held instanceof Map) || !held.has("indices") || !held.has("indptr")) return undefined;
  // An object is seen before the dictionary of its state, which would else count a second time.
  if (parts.has(held)) return undefined;
  for (const part of [held, ...held.values()]) if (typeof part === "object") parts.add(part);
  const maker = isObject(value) ? [value.maker, value.arguments].flat().filter(isGlobal) : [];
  if (maker.some((global) => /cs[cr]_|bsr_/.test(global.name) && !global.name.startsWith("csr_"))) {
    throw new InputError("unsupported", `sparse matrix in ${name}`, {
      expected: "compressed rows (csr_matrix)",
      got: maker.map((global) => global.name).join(" "),
      remedy: "convert it with tocsr() before saving",
    });
  }
  const [data, indices, indptr] = ["data", "indices", "indptr"].map((key) => arrayOf(held.get(key)));
  const shape = held.get("_shape") ?? held.get("shape");
  const sizes = (Array.isArray(shape) ? shape : []).map(Number);
  const isShape = sizes.length === 2 && sizes.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (data && indices && indptr && isShape) return { data, indices, indptr, shape: sizes };
  throw invalidFile(name, "a matrix with data, indices, indptr and a shape", "one that lacks some", remedy);
}

const remedy = "save it again with scipy.sparse.csr_matrix";

async function rowsOf(
  source: ByteSource,
  { data, indices, indptr, shape }: Compressed,
  name: string,
): Promise<SparseRows> {
  const [rows, columns] = shape;
  const start = await integers(source, indptr, name);
  const index = await integers(source, indices, name);
  const value = await numbers(source, data, name);
  const entries = index.length;
  const isSound =
    start.length === rows + 1 &&
    start[0] === 0 &&
    start[rows] === entries &&
    ascends(start) &&
    value.length === entries &&
    columns < 2 ** 31 &&
    areBelow(index, columns);
  if (!isSound) {
    const got = `${start.length} pointers and ${value.length} values for ${entries} indices, or some outside`;
    throw invalidFile(name, `compressed rows of shape [${rows}, ${columns}]`, got, remedy);
  }
  for (let row = 0; row < rows; row++) sortRow(index, value, start[row], start[row + 1]);
  return { rows, columns, start, index, value };
}

// Loops: a call for each of many millions of numbers would take longer than to read them.

function ascends(numbers: Int32Array): boolean {
  for (let i = 1; i < numbers.length; i++) if (numbers[i] < numbers[i - 1]) return false;
  return true;
}

function areBelow(numbers: Int32Array, bound: number): boolean {
  for (let i = 0; i < numbers.length; i++) if (numbers[i] < 0 || numbers[i] >= bound) return false;
  return true;
}

/** Places in a matrix. What is none becomes -1, which is no place either. */
async function integers(source: ByteSource, array: PickledArray, name: string): Promise<Int32Array> {
  const { type, bigEndian } = layoutOf(array, name);
  const found = new Int32Array(sizeOf(array.shape));
  let at = 0;
  const decoder = elementDecoder(type, bigEndian, (elements, count) => {
    if (elements instanceof Int32Array) found.set(elements, at);
    else for (let k = 0; k < count; k++) found[at + k] = elements[k] === (elements[k] | 0) ? elements[k] : -1;
    at += count;
  });
  for await (const piece of piecesOf(source, array)) decoder.push(piece);
  decoder.end();
  return found;
}

/** Values of entries, in float32 where that loses nothing that matters. */
async function numbers(source: ByteSource, array: PickledArray, name: string): Promise<Float32Array | Float64Array> {
  const layout = layoutOf(array, name);
  const { data } = await readNumbers(
    () => piecesOf(source, array),
    (into) => floatSink(layout, into, name, sparsePrecisionCheck),
  );
  return data as Float32Array | Float64Array;
}

async function doubles(source: ByteSource, array: PickledArray, name: string): Promise<Float64Array> {
  const sink = floatSink(layoutOf(array, name), "float64", name);
  for await (const piece of piecesOf(source, array)) sink.push(piece);
  return sink.end()!.data as Float64Array;
}

/** How the elements of an array stand there. @throws InputError where they do not fill its shape */
function layoutOf({ code, shape, fortran, elements }: PickledArray, name: string): ElementLayout {
  const type = elementTypeOf(code)!;
  requireSize(type, shape, elements.length, name);
  return { type, shape, fortran, bigEndian: code[0] === ">" };
}

/** Bytes read at a time. */
const PIECE = 2 ** 20;

async function* piecesOf(source: ByteSource, { elements }: PickledArray): AsyncGenerator<Uint8Array> {
  if (elements instanceof Uint8Array) return yield elements;
  const { from, length } = elements;
  const buffer = new Uint8Array(Math.min(PIECE, length));
  for (let at = 0; at < length; at += PIECE) {
    const piece = buffer.subarray(0, Math.min(PIECE, length - at));
    await source.read(from + at, piece);
    yield piece;
  }
}

/** Brings entries `from` to `to` into the order of their columns; SciPy does not promise it. */
function sortRow(index: Int32Array, value: Float32Array | Float64Array, from: number, to: number): void {
  let ascends = true;
  for (let i = from + 1; i < to; i++) if (index[i] <= index[i - 1]) ascends = false;
  if (ascends) return;
  const order = Array.from({ length: to - from }, (_, i) => from + i).sort((a, b) => index[a] - index[b]);
  index.set(
    order.map((i) => index[i]),
    from,
  );
  value.set(
    order.map((i) => value[i]),
    from,
  );
}
