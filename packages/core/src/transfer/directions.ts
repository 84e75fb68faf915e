// Directions of rows, normalised once, so that a matrix of cosines costs one inner product for each pair and point.

import { assert } from "../errors.ts";
import { type FloatType, rowSize, type Tensor } from "../tensor.ts";

/** A perturbation of which centring leaves this share of the squares is constant but for rounding of float32. */
const CONSTANT = 1e-12;

/** N rows of unit length, float32; a row without a direction is all NaN. */
export interface Directions {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** The rows divided by their Euclidean norms. */
export function directions(x: Tensor<FloatType>): Directions {
  return unit(x, (row) => row);
}

/** The perturbations `attacked - clean`, each centred on its mean over features and divided by its norm. */
export function perturbationDirections(clean: Tensor<FloatType>, attacked: Tensor<FloatType>): Directions {
  const d = rowSize(clean);
  const difference = new Float64Array(d);
  return unit(attacked, (row, i) => {
    let [sum, whole, left] = [0, 0, 0];
    for (let j = 0; j < d; j++) {
      difference[j] = row[j] - clean.data[i * d + j];
      sum += difference[j];
      whole += difference[j] ** 2;
    }
    for (let j = 0; j < d; j++) {
      difference[j] -= sum / d;
      left += difference[j] ** 2;
    }
    // A constant perturbation has no correlation; centring leaves rounding where there should be zeros.
    if (left <= CONSTANT * whole) difference.fill(0);
    return difference;
  });
}

/** The cosine of the angle between the rows of two sets of directions, one per row; NaN where one has no direction. */
export function cosines(a: Directions, b: Directions): Float64Array {
  assert(a.rows === b.rows && a.columns === b.columns, "directions of the same points");
  const { rows, columns } = a;
  const result = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    const from = i * columns;
    const end = from + columns - (columns % 4);
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    // Four sums: the additions need not wait for each other.
    for (let j = from; j < end; j += 4) {
      s0 += a.data[j] * b.data[j];
      s1 += a.data[j + 1] * b.data[j + 1];
      s2 += a.data[j + 2] * b.data[j + 2];
      s3 += a.data[j + 3] * b.data[j + 3];
    }
    for (let j = end; j < from + columns; j++) s0 += a.data[j] * b.data[j];
    // Unit rows in float32 may overshoot in the last bit.
    result[i] = Math.max(-1, Math.min(1, s0 + s1 + (s2 + s3)));
  }
  return result;
}

function unit(
  x: Tensor<FloatType>,
  rowOf: (row: Float32Array | Float64Array, i: number) => Float32Array | Float64Array,
): Directions {
  const columns = rowSize(x);
  const rows = x.shape[0];
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const row = rowOf(x.data.subarray(i * columns, (i + 1) * columns), i);
    let squares = 0;
    for (let j = 0; j < columns; j++) squares += row[j] * row[j];
    const length = Math.sqrt(squares);
    for (let j = 0; j < columns; j++) data[i * columns + j] = row[j] / length;
  }
  return { rows, columns, data };
}
