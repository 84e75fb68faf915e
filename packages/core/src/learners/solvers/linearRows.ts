// Rows of either kind as linear learners multiply them: compressed where they are mostly zero, else as the dataset has them.

import { type SparseRows, takeSparseRows } from "../../data/sparse.ts";
import { addDense, addDenseSquares, type DenseRows, denseThereAndBack, denseTimes, takeDense } from "./denseRows.ts";
import { addRows, rowsTimes, thereAndBack } from "./sparseProducts.ts";

export type LinearRows = SparseRows | DenseRows;

export function areDense(x: LinearRows): x is DenseRows {
  return "data" in x;
}

/** X w + bias. */
export function times(x: LinearRows, w: Float64Array, bias = 0): Float64Array {
  return areDense(x) ? denseTimes(x, w, bias) : rowsTimes(x, w, bias);
}

/** X^T c, added to `into`. */
export function addTo(x: LinearRows, c: Float64Array, into: Float64Array): Float64Array {
  return areDense(x) ? addDense(x, c, into) : addRows(x, c, into);
}

/** X^T diag(c) X v, where each row of X ends in a one that is not written. */
export function forthAndBack(x: LinearRows, c: Float64Array, v: Float64Array): Float64Array {
  return areDense(x) ? denseThereAndBack(x, c, v) : thereAndBack(x, c, v);
}

/** sum_i c_i x_ij^2, added to `into`. */
export function addSquares(x: LinearRows, c: Float64Array, into: Float64Array): void {
  if (areDense(x)) {
    addDenseSquares(x, c, into);
    return;
  }
  for (let i = 0; i < x.rows; i++) {
    for (let k = x.start[i], end = x.start[i + 1]; k < end; k++) into[x.index[k]] += c[i] * x.value[k] * x.value[k];
  }
}

/** The chosen rows. */
export function takeLinear(x: LinearRows, chosen: ArrayLike<number>): LinearRows {
  return areDense(x) ? takeDense(x, chosen) : takeSparseRows(x, chosen);
}

/** How many numbers are multiplied in a product with a vector. */
export function entriesOf(x: LinearRows): number {
  return areDense(x) ? x.data.length : x.index.length;
}
