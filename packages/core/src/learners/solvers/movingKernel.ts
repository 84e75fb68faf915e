// A kernel matrix held in memory to which rows are added, with the kernel between them and validation points.

import { InputError } from "../../errors.ts";
import { addScaled } from "../../linalg.ts";
import { matrixProduct } from "../../models/matrixProduct.ts";
import type { Runtime } from "../../models/runtime.ts";
import { tensor } from "../../tensor.ts";
import type { RetrainTask } from "../learner.ts";
import { combine, countRows, type GrowingRows, growingRows, inner, times, writtenOut } from "./growingRows.ts";

/** K of N training rows of D columns; immutable. */
export interface MovingKernel {
  readonly columns: number;
  /** K, [N, N]. */
  readonly matrix: Float64Array;
  /** The kernel of each training row with every validation point. */
  readonly validation: readonly Float64Array[];
  /** The same kernel with the rows of `x` after its own. */
  with(x: Float64Array): MovingKernel;
  /**
   * sum_i train_i dk(x_i, x_c)/dx_c + itself dk(x_c, x_c)/dx_c + sum_k validation_k dk(v_k, x_c)/dx_c, where row c
   * counts as moving in its own place alone.
   */
  derivative(c: number, train: Float64Array, itself: number, validation: Float64Array): Float64Array;
}

/** Turns inner products x . z into the kernel, in place, and says how it depends on x. */
interface KernelForm {
  kernel(product: number, squaredX: number, squaredZ: number): number;
  /**
   * With kernel values k_i of rows z_i: sum_i c_i dk(z_i, x)/dx = sum_i weight_i z_i + own x; turns each c_i into its
   * weight, in place, and returns own.
   */
  weights(c: Float64Array, kernel: Float64Array): number;
  /** dk(x, x)/dx = this times x. */
  readonly itself: number;
}

/** k(x, z) = x . z. */
export const linearForm: KernelForm = { kernel: (product) => product, weights: () => 0, itself: 2 };

/** k(x, z) = exp(-gamma ||x - z||^2), with dk(z, x)/dx = 2 gamma k (z - x). */
export function rbfForm(gamma: number): KernelForm {
  return {
    kernel: (product, xx, zz) => Math.exp(-gamma * Math.max(0, xx + zz - 2 * product)),
    weights(c, kernel) {
      let own = 0;
      for (let i = 0; i < c.length; i++) own -= c[i] *= 2 * gamma * kernel[i];
      return own;
    },
    itself: 0,
  };
}

/** Rows whose kernel matrix fills 800 MB. */
const MOST_ROWS = 10_000;

/**
 * The kernel of a training set and its validation points; products are computed by the runtime.
 *
 * @throws InputError for more rows than a matrix in memory is meant for.
 */
export async function movingKernel(
  { data, validation }: RetrainTask,
  form: KernelForm,
  runtime: Runtime,
): Promise<MovingKernel> {
  const rows = growingRows(data);
  const watched = growingRows(validation);
  const [n, m, d] = [countRows(rows), countRows(watched), rows.base.columns];
  if (n > MOST_ROWS) {
    throw new InputError("unsupported", "number of training rows for poisoning a support vector machine", {
      expected: `at most ${MOST_ROWS}, whose kernel matrix fits in memory`,
      got: String(n),
      remedy: "take a subsample, or logistic or ridge as the surrogate",
    });
  }
  const product = await matrixProduct(runtime, "float64", "right");
  const dense = tensor("float64", [n, d], writtenOut(rows, 0));
  const other = tensor("float64", [m, d], writtenOut(watched, 0));
  const own = (await product.multiply(dense, dense)).data;
  const between = (await product.multiply(dense, other)).data;
  await product.release();
  const squares = Float64Array.from({ length: n }, (_, i) => own[i * n + i]);
  const watchedSquares = Float64Array.from({ length: m }, (_, k) => {
    const row = other.data.subarray(k * d, (k + 1) * d);
    return inner(row, row);
  });
  const matrix = own.map((value, at) => form.kernel(value, squares[Math.floor(at / n)], squares[at % n]));
  const toValidation = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: m }, (_, k) => form.kernel(between[i * m + k], squares[i], watchedSquares[k])),
  );
  return kernelOf({ form, rows, watched, squares, watchedSquares, matrix, validation: toValidation });
}

interface Parts {
  readonly form: KernelForm;
  readonly rows: GrowingRows;
  readonly watched: GrowingRows;
  readonly squares: Float64Array;
  readonly watchedSquares: Float64Array;
  readonly matrix: Float64Array;
  readonly validation: readonly Float64Array[];
}

function kernelOf(parts: Parts): MovingKernel {
  const { form, rows, watched, matrix, validation } = parts;
  const d = rows.base.columns;
  return {
    columns: d,
    matrix,
    validation,
    with(x) {
      let next = parts;
      for (let from = 0; from < x.length; from += d) next = withRow(next, x.slice(from, from + d));
      return kernelOf(next);
    },
    derivative(c, train, itself, onValidation) {
      const n = countRows(rows);
      const x = rows.added[c - rows.base.rows];
      const [a, b] = [train.slice(), onValidation.slice()];
      const own = form.weights(a, matrix.subarray(c * n, (c + 1) * n)) + form.weights(b, validation[c]);
      const sum = combine(rows, a, new Float64Array(d));
      combine(watched, b, sum);
      addScaled(sum, own + itself * form.itself, x);
      return sum;
    },
  };
}

function withRow(parts: Parts, x: Float64Array): Parts {
  const { form, rows, watched, squares, watchedSquares, validation } = parts;
  const n = squares.length;
  const square = inner(x, x);
  const matrix = new Float64Array((n + 1) * (n + 1));
  for (let i = 0; i < n; i++) matrix.set(parts.matrix.subarray(i * n, (i + 1) * n), i * (n + 1));
  const products = times(rows, x);
  for (let i = 0; i < n; i++) {
    const value = form.kernel(products[i], square, squares[i]);
    matrix[n * (n + 1) + i] = matrix[i * (n + 1) + n] = value;
  }
  matrix[n * (n + 1) + n] = form.kernel(square, square, square);
  const between = times(watched, x);
  for (let k = 0; k < between.length; k++) between[k] = form.kernel(between[k], square, watchedSquares[k]);
  return {
    ...parts,
    rows: { ...rows, added: [...rows.added, x] },
    squares: Float64Array.of(...squares, square),
    matrix,
    validation: [...validation, between],
  };
}
