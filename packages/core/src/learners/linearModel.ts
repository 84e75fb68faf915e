// The ONNX model of a linear decision function, and the rows that linear learners work on.

import type { Dataset } from "../data/dataset.ts";
import { isSparse, type SparseRows } from "../data/sparse.ts";
import { assert } from "../errors.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import { allocate, tensor } from "../tensor.ts";
import { flatInput } from "./input.ts";
import type { Scaling } from "./scaling.ts";
import { compiledEntries } from "./solvers/compiledRows.ts";
import { type DenseRows, denseRowsOf, forEachBlock } from "./solvers/denseRows.ts";
import type { LinearRows, MappedSparse } from "./solvers/linearRows.ts";
import { overColumns, usedColumns } from "./solvers/sparseProducts.ts";

/** f(x) = weights . x + bias. */
export interface LinearFunction {
  readonly weights: Float64Array;
  readonly bias: number;
}

/**
 * The model whose scores are the given functions, one per class.
 *
 * One function f alone is a binary decision function, positive for class 1; its scores are (-f, f).
 */
export function linearModel(functions: readonly LinearFunction[], data: Dataset): OnnxModel {
  const perClass = functions.length === 1 ? [negate(functions[0]), functions[0]] : functions;
  assert(perClass.length === data.classNames.length, "one decision function per class");
  const [d, k] = [perClass[0].weights.length, perClass.length];
  const weights = new Float32Array(d * k);
  perClass.forEach((f, j) => {
    for (let i = 0; i < d; i++) weights[i * k + j] = f.weights[i];
  });
  const g = new GraphBuilder();
  const x = flatInput(g, data);
  const w = g.initializer("weights", tensor("float32", [d, k], weights));
  const b = g.initializer(
    "bias",
    tensor(
      "float32",
      [k],
      Float32Array.from(perClass, ({ bias }) => bias),
    ),
  );
  g.output(g.node("Gemm", [x, w, b]), "scores");
  return modelOf(g.graph());
}

function negate({ weights, bias }: LinearFunction): LinearFunction {
  return { weights: weights.map((w) => -w), bias: -bias };
}

/** Rows over some columns of a data set, the others being empty. */
interface CompressedRows<R extends LinearRows = LinearRows> {
  readonly rows: R;
  /** The column of the data set behind each column of `rows`. */
  readonly columns: Int32Array;
  /** D, the columns of the data set. */
  readonly width: number;
}

/** Rows with at least this share of numbers that are not zero are multiplied as they stand. */
const DENSE = 0.5;

/** Bytes that a copy made for speed may take beside the data, and this part of theirs. */
const [COPIED, COPIED_PART] = [6e7, 1 / 5];

/** Whether a copy of so many bytes may stand beside data of so many. */
const mayCopy = (bytes: number, data: number) => bytes <= COPIED + COPIED_PART * data;

/**
 * The rows that a linear learner multiplies, mapped to [0, 1]. What is sparse, or as large as it is dense, stays in the
 * memory of the dataset; other rows that are mostly zero, as images are, are copied without zeros and without empty
 * columns.
 */
export function linearRows(data: Dataset, scaling: Scaling | undefined): CompressedRows {
  const { features } = data;
  if (isSparse(features)) return sparseRows(features, scaling);
  const rows = denseRowsOf(features, scaling);
  const compiled = compiledEntries(rows);
  const entries = compiled?.count ?? entriesIn(rows);
  const copy = entries * (Int32Array.BYTES_PER_ELEMENT + rows.data.BYTES_PER_ELEMENT);
  if (entries >= DENSE * rows.data.length || !mayCopy(copy, rows.data.byteLength)) return overAllColumns(rows);
  if (!compiled) return overUsedColumns({ ...withoutZeros(rows, entries), fromDense: true });
  return { rows: compiled.compress(), columns: compiled.columns, width: rows.columns };
}

/** Sparse rows, whose columns are divided by their ranges when they are multiplied. */
function sparseRows(features: SparseRows, scaling: Scaling | undefined): CompressedRows<MappedSparse> {
  const { index, value } = features;
  const rows = scaling ? { ...features, range: scaling.range } : features;
  return mayCopy(index.byteLength, index.byteLength + value.byteLength) ? overUsedColumns(rows) : overAllColumns(rows);
}

function overUsedColumns(all: MappedSparse): CompressedRows<MappedSparse> {
  const columns = usedColumns(all);
  const range = all.range && Float64Array.from(columns, (j) => all.range![j]);
  return { rows: { ...overColumns(all, columns), ...(range && { range }) }, columns, width: all.columns };
}

function overAllColumns<R extends LinearRows>(rows: R): CompressedRows<R> {
  return { rows, columns: Int32Array.from({ length: rows.columns }, (_, j) => j), width: rows.columns };
}

/** The function over all columns: weights of empty ones are zero. */
export function spreadOut(
  { columns, width }: Pick<CompressedRows, "columns" | "width">,
  weights: Float64Array,
  bias: number,
): LinearFunction {
  const all = new Float64Array(width);
  for (let j = 0; j < columns.length; j++) all[columns[j]] = weights[j];
  return { weights: all, bias };
}

/** How many numbers of dense rows, mapped, are not zero. */
function entriesIn(rows: DenseRows): number {
  let entries = 0;
  forEachBlock(rows, (block) => {
    for (let i = 0; i < block.length; i++) entries += block[i] !== 0 ? 1 : 0;
  });
  return entries;
}

/**
 * As `sparseFromDense`, of rows that are mapped on the way and kept in their type, and without a branch for each
 * number: a third of the time on images.
 */
function withoutZeros(x: DenseRows, entries: number): SparseRows {
  const { rows, columns } = x;
  const start = new Int32Array(rows + 1);
  const index = new Int32Array(entries + 1);
  const value = allocate(x.data instanceof Float32Array ? "float32" : "float64", entries + 1);
  let at = 0;
  forEachBlock(x, (block, first, count) => {
    for (let i = 0, from = 0; i < count; i++, from += columns) {
      for (let j = 0; j < columns; j++) {
        const number = block[from + j];
        index[at] = j;
        value[at] = number;
        at += number !== 0 ? 1 : 0;
      }
      start[first + i + 1] = at;
    }
  });
  return { rows, columns, start, index: index.subarray(0, at), value: value.subarray(0, at) };
}

/** How many binary problems `oneAgainstRest` solves. */
export function problemsOf({ classNames }: Pick<Dataset, "classNames">): number {
  return classNames.length === 2 ? 1 : classNames.length;
}

/**
 * Solves a task of K classes by binary problems: one problem for two classes (positive class 1), else one per class
 * against the rest. `solve` is given y = -1 or +1 and the number of the problem.
 */
export async function oneAgainstRest<T>(
  data: Dataset,
  solve: (y: Float64Array, problem: number) => T | Promise<T>,
): Promise<T[]> {
  const problems = problemsOf(data);
  const positives = problems === 1 ? [1] : Array.from({ length: problems }, (_, k) => k);
  const solved: T[] = [];
  for (const [problem, k] of positives.entries()) {
    const y = new Float64Array(data.labels.length);
    for (let i = 0; i < y.length; i++) y[i] = data.labels[i] === k ? 1 : -1;
    solved.push(await solve(y, problem));
  }
  return solved;
}
