// Products of matrices.

import { sizeOf, type Tensor } from "@carom/core";
import { subscripts } from "@carom/core/onnx";
import { float, int, type Kernel } from "./kernel.ts";
import { broadcast, made, type Numbers, numbersOf, read, spread } from "./values.ts";

/** A matrix as it is meant: rows of it lie together in memory unless it is transposed. */
interface Matrix {
  readonly numbers: Numbers;
  readonly rows: number;
  readonly columns: number;
}

function matrix({ shape }: Tensor, numbers: Numbers, transposed: boolean): Matrix {
  const [rows, columns] = shape;
  if (!transposed) return { numbers, rows, columns };
  const out = numbersOf(numbers instanceof Float32Array ? "float32" : "float64", numbers.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = numbers[i * columns + j];
  return { numbers: out, rows: columns, columns: rows };
}

/** Adds scale * a b to `out`, row by row: sums run along contiguous memory, and zeros of `a` are skipped. */
function accumulate(a: Matrix, b: Matrix, scale: number, out: Numbers): void {
  const { columns } = b;
  if (a.columns !== b.rows) throw new Error(`${a.columns} columns do not meet ${b.rows} rows`);
  // Zero times what is not finite is not zero.
  const skipsZeros = areFinite(b.numbers);
  for (let i = 0; i < a.rows; i++) {
    const row = i * columns;
    for (let k = 0; k < a.columns; k++) {
      const factor = scale * a.numbers[i * a.columns + k];
      if (factor === 0 && skipsZeros) continue;
      const from = k * columns;
      for (let j = 0; j < columns; j++) out[row + j] += factor * b.numbers[from + j];
    }
  }
}

function areFinite(numbers: Numbers): boolean {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += 0 * numbers[i];
  return sum === 0;
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
    const first = { numbers: of(left, rows * inner), rows, columns: inner };
    const second = { numbers: of(right, height * columns), rows: height, columns };
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
    const left = matrix(a, read(a), int(node, "transA", 0) === 1);
    const right = matrix(b, read(b), int(node, "transB", 0) === 1);
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
