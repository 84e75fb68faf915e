// Products of matrices.

import { sizeOf, type Tensor } from "@carom/core";
import { subscripts } from "@carom/core/onnx";
import { float, int, type Kernel } from "./kernel.ts";
import { packRows, productOf, upToTile, widthOf } from "./productLoop.ts";
import { broadcast, made, type Numbers, numbersOf, read, spread } from "./values.ts";

/** A matrix: its numbers, and how far apart they lie from row to row and from column to column. */
interface Matrix {
  readonly numbers: Numbers;
  readonly rows: number;
  readonly columns: number;
  readonly down: number;
  readonly across: number;
}

function matrix(numbers: Numbers, [rows, columns]: readonly number[], transposed = false): Matrix {
  if (!transposed) return { numbers, rows, columns, down: columns, across: 1 };
  return { numbers, rows: columns, columns: rows, down: 1, across: columns };
}

/** Numbers of the left side that are multiplied at a time. */
const TOGETHER = 2 ** 20;

/** Adds scale * a b to `out`, row by row, number after number: each sum has the type of `out`. */
function accumulate(a: Matrix, b: Matrix, scale: number, out: Numbers): void {
  const [depth, { columns }] = [b.rows, b];
  if (a.columns !== depth) throw new Error(`${a.columns} columns do not meet ${depth} rows`);
  const height = Math.max(1, Math.min(a.rows, Math.floor(TOGETHER / depth)));
  const width = widthOf(columns, depth);
  for (let top = 0; top < a.rows; top += height) {
    const rows = Math.min(height, a.rows - top);
    const product = productOf(upToTile(rows), depth, width, out instanceof Float32Array ? "rounded" : "exact");
    const { right, sums } = product;
    packRows(product, a.numbers, rows, depth, { first: top * a.down, down: a.down, across: a.across, scale });
    for (let left = 0; left < columns; left += width) {
      const count = Math.min(width, columns - left);
      copyPart(b, left, count, right, width);
      for (let row = 0; row < rows; row++) {
        const from = (top + row) * columns + left;
        for (let j = 0; j < count; j++) sums[row * width + j] = out[from + j];
      }
      product.compute();
      for (let row = 0; row < rows; row++) {
        const to = (top + row) * columns + left;
        for (let j = 0; j < count; j++) out[to + j] = sums[row * width + j];
      }
    }
  }
}

/** Copies some columns, along the memory that they are read from. */
function copyPart(
  { numbers, rows, down, across }: Matrix,
  left: number,
  count: number,
  to: Float64Array,
  width: number,
) {
  if (across === 1) {
    for (let k = 0; k < rows; k++) {
      const from = k * down + left;
      for (let j = 0; j < count; j++) to[k * width + j] = numbers[from + j];
    }
    return;
  }
  for (let j = 0; j < count; j++) {
    const from = (left + j) * across;
    for (let k = 0; k < rows; k++) to[k * width + j] = numbers[from + k * down];
  }
}

/** Products of the last two axes; those before broadcast, and a list is a row on the left, a column on the right. */
function matMul(a: Tensor, b: Tensor): Tensor {
  const [isRow, isColumn] = [a.shape.length === 1, b.shape.length === 1];
  const [leftShape, rightShape] = [isRow ? [1, ...a.shape] : a.shape, isColumn ? [...b.shape, 1] : b.shape];
  const [rows, inner] = leftShape.slice(-2);
  const [height, columns] = rightShape.slice(-2);
  const outer = broadcast(leftShape.slice(0, -2), rightShape.slice(0, -2));
  const [left, right] = [
    spread(read(a), leftShape, [...outer, rows, inner]),
    spread(read(b), rightShape, [...outer, height, columns]),
  ];
  const count = sizeOf(outer);
  const out = numbersOf(a.type, count * rows * columns);
  for (let i = 0; i < count; i++) {
    const of = (numbers: Numbers, size: number) => numbers.subarray(i * size, (i + 1) * size);
    const first = matrix(of(left, rows * inner), [rows, inner]);
    const second = matrix(of(right, height * columns), [height, columns]);
    accumulate(first, second, 1, of(out, rows * columns));
  }
  return made(a.type, [...outer, ...(isRow ? [] : [rows]), ...(isColumn ? [] : [columns])], out);
}

/** Sums over all letters that the result does not have of products of the inputs. */
const einsum: Kernel = (inputs, node) => {
  const ranks = inputs.map(({ shape }) => shape.length);
  const { operands, result } = subscripts(node, ranks);
  const sizes = new Map<string, number>();
  for (const [i, letters] of operands.entries()) {
    for (const [axis, letter] of [...letters].entries()) {
      sizes.set(letter, Math.max(sizes.get(letter) ?? 1, inputs[i].shape[axis]));
    }
  }
  const summed = [...sizes.keys()].filter((letter) => !result.includes(letter));
  const letters = [...result, ...summed];
  const lengths = letters.map((letter) => sizes.get(letter)!);
  const values = inputs.map(read);
  /** By how many elements of each input one moves along each letter. */
  const strides = inputs.map(({ shape }, i) =>
    letters.map((letter) =>
      [...operands[i]].reduce(
        (sum, own, axis) => sum + (own === letter && shape[axis] > 1 ? sizeOf(shape.slice(axis + 1)) : 0),
        0,
      ),
    ),
  );
  const shape = lengths.slice(0, result.length);
  const sums = new Float64Array(sizeOf(shape));
  const inner = sizeOf(lengths.slice(result.length));
  const at = new Int32Array(letters.length);
  const places = inputs.map(() => 0);
  for (let i = 0; i < sums.length * inner; i++) {
    let product = 1;
    for (let k = 0; k < values.length; k++) product *= values[k][places[k]];
    sums[Math.floor(i / inner)] += product;
    for (let axis = letters.length - 1; axis >= 0; axis--) {
      for (let k = 0; k < places.length; k++) places[k] += strides[k][axis];
      if (++at[axis] < lengths[axis]) break;
      for (let k = 0; k < places.length; k++) places[k] -= strides[k][axis] * lengths[axis];
      at[axis] = 0;
    }
  }
  const out = numbersOf(inputs[0].type, sums.length);
  out.set(sums);
  return made(inputs[0].type, shape, out);
};

export const products: Readonly<Record<string, Kernel>> = {
  Gemm: (inputs, node) => {
    const [a, b, c] = inputs;
    const left = matrix(read(a), a.shape, int(node, "transA", 0) === 1);
    const right = matrix(read(b), b.shape, int(node, "transB", 0) === 1);
    const shape = [left.rows, right.columns];
    const out = numbersOf(a.type, left.rows * right.columns);
    if (c) {
      const beta = float(node, "beta", 1);
      const added = spread(read(c), c.shape, shape);
      for (let i = 0; i < out.length; i++) out[i] = beta * added[i];
    }
    accumulate(left, right, float(node, "alpha", 1), out);
    return made(a.type, shape, out);
  },

  MatMul: ([a, b]) => matMul(a, b),

  Einsum: einsum,
};
