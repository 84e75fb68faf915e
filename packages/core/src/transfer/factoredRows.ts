// Rows that are sums of few directions, as the loss gradients of an affine model are: a number for each, where written
// out they would have a million.

import type { SparseRows } from "../data/sparse.ts";
import type { Vector } from "../linalg.ts";
import type { Rows } from "../rows.ts";
import { type Tensor, tensor } from "../tensor.ts";

/** N rows, [N, ...]: row i is the sum over k of coefficients[i, k] directions[k], in float64, rounded to float32. */
export interface FactoredRows extends Rows<"float32"> {
  /** [N, K]. */
  readonly coefficients: Tensor<"float64">;
  /** K of D numbers. */
  readonly directions: readonly Vector[];
}

/** Whether rows are held as sums. */
export function isFactored(rows: Rows): rows is FactoredRows {
  return "coefficients" in rows;
}

/** The rows of coefficients [N, K] of K directions; `row` is the shape of one. */
export function factoredRows(
  coefficients: Tensor<"float64">,
  directions: readonly Vector[],
  row: readonly number[],
): FactoredRows {
  const width = directions[0].length;
  const sum = new Float64Array(width);
  return {
    ...{ coefficients, directions, type: "float32", shape: [coefficients.shape[0], ...row] },
    async read(from, to) {
      const data = new Float32Array((to - from) * width);
      for (let i = from; i < to; i++) {
        sum.fill(0);
        directions.forEach((direction, k) => {
          const share = coefficients.data[i * directions.length + k];
          for (let j = 0; j < width; j++) sum[j] += share * direction[j];
        });
        data.set(sum, (i - from) * width);
      }
      return tensor("float32", [to - from, ...row], data);
    },
  };
}

/** One number of row i. */
function numberAt({ coefficients: { data }, directions }: FactoredRows, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < directions.length; k++) sum += data[i * directions.length + k] * directions[k][j];
  return Math.fround(sum);
}

/**
 * What the losses of rows from one on rise by to first order where they become the points (`predictedIncreases`): the
 * same sums, without what does not change.
 */
export function increasesOfChanges(
  clean: SparseRows,
  from: number,
  points: SparseRows,
  gradients: FactoredRows,
): Float64Array {
  return Float64Array.from({ length: points.rows }, (_, row) => {
    const i = from + row;
    let [a, b] = [clean.start[i], points.start[row]];
    const [lastA, lastB] = [clean.start[i + 1], points.start[row + 1]];
    let sum = 0;
    while (a < lastA || b < lastB) {
      const j = Math.min(a < lastA ? clean.index[a] : clean.columns, b < lastB ? points.index[b] : clean.columns);
      const before = a < lastA && clean.index[a] === j ? clean.value[a++] : 0;
      const after = b < lastB && points.index[b] === j ? points.value[b++] : 0;
      if (after !== before) sum += (after - before) * numberAt(gradients, i, j);
    }
    return sum;
  });
}
