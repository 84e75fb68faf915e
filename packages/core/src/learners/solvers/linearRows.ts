// Rows of either kind as linear learners multiply them: compressed where they are mostly zero, else as the dataset has
// them.

import { type Columns, type SparseRows, takeSparseRows } from "../../data/sparse.ts";
import type { RowProducts } from "./compiledRows.ts";
import { addDense, addDenseSquares, type DenseRows, denseThereAndBack, denseTimes, takeDense } from "./denseRows.ts";
import { addRows, addSparseSquares, rowsTimes, thereAndBack } from "./sparseProducts.ts";

/** Sparse rows that stay as they are in memory, and each of whose columns counts divided by its range. */
export interface MappedSparse extends SparseRows<Columns> {
  /** One number for each column; 1 for all where absent. */
  readonly range?: Float64Array;
  /** Whether they are dense rows whose zeros were left out; then all columns have entries. */
  readonly fromDense?: boolean;
  /** Loops of their own, where they have such: faster, and the same to the last bit. */
  readonly products?: RowProducts;
}

export type LinearRows = MappedSparse | DenseRows;

export function areDense(x: LinearRows): x is DenseRows {
  return "data" in x;
}

/** Whether rows are sparse and fewer than the columns that they lie in, so that most share little. */
export function isWide(x: LinearRows): x is MappedSparse {
  return !areDense(x) && !x.fromDense && x.columns > x.rows;
}

/** X w + bias; w may have further numbers. */
export function times(x: LinearRows, w: Float64Array, bias = 0): Float64Array {
  return areDense(x) ? denseTimes(x, w, bias) : productsOf(x).times(divided(w, x), bias);
}

/** X^T c, added to `into`, which may have further numbers. */
export function addTo(x: LinearRows, c: Float64Array, into: Float64Array): Float64Array {
  if (areDense(x)) return addDense(x, c, into);
  if (!x.range) return productsOf(x).addTo(c, into);
  const sum = divided(productsOf(x).addTo(c, new Float64Array(x.columns)), x);
  for (let j = 0; j < sum.length; j++) into[j] += sum[j];
  return into;
}

/** X^T diag(c) X v, where each row of X ends in a one that is not written. */
export function forthAndBack(x: LinearRows, c: Float64Array, v: Float64Array): Float64Array {
  return areDense(x) ? denseThereAndBack(x, c, v) : divided(productsOf(x).thereAndBack(c, divided(v, x)), x);
}

function productsOf(x: MappedSparse): Pick<RowProducts, "times" | "addTo" | "thereAndBack"> {
  return (
    x.products ?? {
      times: (w, bias) => rowsTimes(x, w, bias),
      addTo: (c, into) => addRows(x, c, into),
      thereAndBack: (c, v) => thereAndBack(x, c, v),
    }
  );
}

/** sum_i c_i x_ij^2, added to `into`. */
export function addSquares(x: LinearRows, c: Float64Array, into: Float64Array): void {
  if (areDense(x)) addDenseSquares(x, c, into);
  else if (!x.range) addSparseSquares(x, c, into);
  else {
    const sum = new Float64Array(x.columns);
    addSparseSquares(x, c, sum);
    for (let j = 0; j < sum.length; j++) into[j] += sum[j] / x.range[j] ** 2;
  }
}

/** A vector over columns, each number divided by its column's range; what follows is no column's. */
export function divided(v: Float64Array, { range }: MappedSparse): Float64Array {
  if (!range) return v;
  const result = v.slice();
  // Not by `map`: of a million columns its calls would take longer than the product.
  for (let j = 0; j < range.length; j++) result[j] /= range[j];
  return result;
}

/** The chosen rows. */
export function takeLinear(x: LinearRows, chosen: ArrayLike<number>): LinearRows {
  if (areDense(x)) return takeDense(x, chosen);
  return { ...takeSparseRows(x, chosen), ...(x.range && { range: x.range }) };
}

/** How many numbers are multiplied in a product with a vector, of rows that count at all. */
export function entriesOf(x: LinearRows, c: Float64Array): number {
  let entries = 0;
  for (let i = 0; i < x.rows; i++) {
    if (c[i] !== 0) entries += areDense(x) ? x.columns : x.start[i + 1] - x.start[i];
  }
  return entries;
}
