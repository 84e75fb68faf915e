// Which rows the checks of a model ask about, and how many of them something holds of.

import { rowSize, type Tensor } from "../tensor.ts";

/** Rows that are asked for scores again and again; of many columns fewer, as each is copied often. */
export const few = (columns: number) => Math.min(16, Math.max(4, Math.floor(2 ** 19 / columns)));

/** How many of N rows [N, ...] something holds of. */
export function countRows(x: Tensor, is: (row: Float32Array) => boolean): number {
  const d = rowSize(x);
  const data = x.data as Float32Array;
  return Array.from({ length: x.shape[0] }, (_, i) => is(data.subarray(i * d, (i + 1) * d))).filter(Boolean).length;
}
