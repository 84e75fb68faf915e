// Rows that nobody attacks, as attacks read them: one at a time, as there may be very many.

import { type Dataset, denseRows } from "../data/dataset.ts";
import type { Vector } from "../linalg.ts";

/** Labelled rows in the shape of those attacked. */
export interface CleanRows {
  readonly labels: Int32Array;
  row(k: number): Vector;
}

/** The rows of a dataset. */
export function cleanRows(data: Dataset): CleanRows {
  return { labels: data.labels, row: (k) => denseRows(data, k, k + 1).data };
}
