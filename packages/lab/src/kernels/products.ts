// Products of matrices.

import { type Tensor, tensor } from "@carom/core";
import { float, int, type Kernel } from "./kernel.ts";
import { made, type Numbers, numbersOf, read, spread } from "./values.ts";

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

/** Adds scale * a b to `out`, row by row: sums run along contiguous memory, and rows of zeros of `a` are skipped. */
function accumulate(a: Matrix, b: Matrix, scale: number, out: Numbers): void {
  const { columns } = b;
  for (let i = 0; i < a.rows; i++) {
    const row = i * columns;
    for (let k = 0; k < a.columns; k++) {
      const factor = scale * a.numbers[i * a.columns + k];
      if (factor === 0) continue;
      const from = k * columns;
      for (let j = 0; j < columns; j++) out[row + j] += factor * b.numbers[from + j];
    }
  }
}

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

  MatMul: ([a, b]) => {
    if (a.shape.length !== 2 || b.shape.length !== 2) throw new Error("products of matrices alone are computed here");
    const [left, right] = [matrix(a, read(a), false), matrix(b, read(b), false)];
    const out = numbersOf(a.type, left.rows * right.columns);
    accumulate(left, right, 1, out);
    return tensor(a.type, [left.rows, right.columns], out as never);
  },
};
