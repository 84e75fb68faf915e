// Sums of weights by value and class, and the small searches around them: the inner loops of growing a tree.

import type { TreeColumns } from "./treeColumns.ts";

/**
 * mass[offset + code of a row] += weight of the row, for the rows at positions `from` to `to`.
 *
 * Without compiled loops, half the time of training is spent here; four rows per turn cost a third less than one.
 */
export function addMass(
  mass: Float64Array,
  offset: number,
  codes: TreeColumns["codes"],
  base: number,
  samples: Int32Array,
  weight: Float64Array,
  from: number,
  to: number,
): void {
  let p = from;
  for (; p + 3 < to; p += 4) {
    mass[offset + codes[base + samples[p]]] += weight[p];
    mass[offset + codes[base + samples[p + 1]]] += weight[p + 1];
    mass[offset + codes[base + samples[p + 2]]] += weight[p + 2];
    mass[offset + codes[base + samples[p + 3]]] += weight[p + 3];
  }
  for (; p < to; p++) mass[offset + codes[base + samples[p]]] += weight[p];
}

/** Lists the codes below `bins` at which any class has mass; returns how many. */
export function listPresent(
  present: Int32Array,
  mass: Float64Array,
  stride: number,
  classes: number,
  bins: number,
): number {
  let count = 0;
  for (let code = 0; code < bins; code++) {
    let sum = 0;
    for (let at = code; at < stride * classes; at += stride) sum += mass[at];
    present[count] = code;
    if (sum !== 0) count++;
  }
  return count;
}

/** A float32 between two, at least the lower and below the upper: x <= threshold then divides as the codes do. */
export function midpoint(lower: number, upper: number): number {
  const middle = Math.fround(lower / 2 + upper / 2);
  return middle >= lower && middle < upper ? middle : lower;
}

/** The first place between `begin` and `end` of an ascending list whose number is not below `value`. */
export function lowerBound(list: Int32Array, begin: number, end: number, value: number): number {
  let low = begin;
  let high = end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sorts the first `count` codes of a list, and takes back the marks by which each was listed once; returns `count`. */
export function inOrder(list: Int32Array, count: number, isListed: Uint8Array): number {
  sortAscending(list, count);
  for (let i = 0; i < count; i++) isListed[list[i]] = 0;
  return count;
}

function sortAscending(list: Int32Array, length: number): void {
  if (length > 40) {
    list.subarray(0, length).sort();
    return;
  }
  for (let i = 1; i < length; i++) {
    const value = list[i];
    let j = i - 1;
    for (; j >= 0 && list[j] > value; j--) list[j + 1] = list[j];
    list[j + 1] = value;
  }
}
