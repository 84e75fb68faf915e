// A dataset: rows of features, integer labels, class names, and the domain the features live in.

import type { FloatType, Tensor } from "../tensor.ts";

/** Rows that are mostly zero, in compressed form (CSR): row i holds entries start[i] .. start[i+1]-1. */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  /** Length rows + 1. */
  readonly start: Int32Array;
  /** Column of each entry, ascending within a row. */
  readonly index: Int32Array;
  readonly value: Float64Array;
}

/** The admissible values of each of the D features. */
export interface Domain {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** What kind of number each feature is; `real` for all where absent. */
  readonly kinds?: readonly ("real" | "integer" | "binary")[];
}

export interface Dataset {
  /** [N, ...featureShape], or N sparse rows of D columns. */
  readonly features: Tensor<FloatType> | SparseRows;
  /** N class indices in 0 .. K-1. */
  readonly labels: Int32Array;
  /** K names; a class index is a position in this list. */
  readonly classNames: readonly string[];
  /** The shape of one row, such as [784] or [1, 28, 28]; its product is D. */
  readonly featureShape: readonly number[];
  readonly domain: Domain;
}
