// Ranks of a sample, ties sharing the mean of the ranks they cover.

import type { Sample } from "./sample.ts";

/** The ranks 1..n of the numbers, in their order; equal numbers share their mean rank. */
export function ranks(x: Sample): Float64Array {
  const order = Uint32Array.from({ length: x.length }, (_, i) => i).sort((a, b) => x[a] - x[b]);
  const result = new Float64Array(x.length);
  for (const [from, to] of runs(x.length, (i) => x[order[i]] === x[order[i - 1]])) {
    for (let i = from; i < to; i++) result[order[i]] = (from + 1 + to) / 2;
  }
  return result;
}

/** The sizes of the groups of equal numbers, singletons included, in ascending order of the number. */
export function tieSizes(x: Sample): number[] {
  const sorted = Float64Array.from(x).sort();
  return runs(sorted.length, (i) => sorted[i] === sorted[i - 1]).map(([from, to]) => to - from);
}

/** The maximal runs [from, to) of 0..n-1 in which every element but the first continues the one before it. */
export function runs(n: number, continues: (i: number) => boolean): [number, number][] {
  const result: [number, number][] = [];
  let from = 0;
  for (let i = 1; i <= n; i++) {
    if (i < n && continues(i)) continue;
    result.push([from, i]);
    from = i;
  }
  return result;
}
