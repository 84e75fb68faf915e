// Disjoint parts of a dataset, in which classes keep their proportions and equal rows stay together.

import { InputError } from "../errors.ts";
import { permutation, type Stream } from "../random.ts";
import type { Dataset } from "./dataset.ts";
import { groupEqualRows } from "./groups.ts";

/**
 * Splits the rows of a dataset: one ascending list of row numbers per fraction, disjoint and complete.
 *
 * Rows with equal features go to the same part, or a test would repeat what training has seen. Class c, with n_c rows,
 * gets f_p n_c rows in part p to within less than the size of its largest group of equal rows. (Groups whose rows carry
 * different labels go first, so that the others can even out what they cost.) The groups are dealt in random order,
 * larger before smaller, each to the part that lacks most; the result depends on the data and the stream alone.
 *
 * @throws InputError for fractions that are not positive or do not sum to 1, and where a part gets no row of a class.
 *
 * @example
 * ```ts
 * import { dataset, stratifiedSplit, stream, tensor } from "@carom/core";
 *
 * const rows = Array.from({ length: 10 }, (_, i) => i);
 * const data = dataset({ features: tensor("float32", [10, 1], rows), labels: rows.map((i) => i % 2) });
 * const parts = stratifiedSplit(data, [0.6, 0.4], stream(0, "parts"));
 * console.log(parts.map((part) => part.length)); // [ 6, 4 ]
 * ```
 */
export function stratifiedSplit(data: Dataset, fractions: readonly number[], random: Stream): Int32Array[] {
  const sum = fractions.reduce((total, fraction) => total + fraction, 0);
  if (!fractions.every((fraction) => fraction > 0) || !(Math.abs(sum - 1) < 1e-9)) {
    throw new InputError("invalid", "split", {
      expected: "positive fractions that sum to 1",
      got: fractions.join(", "),
      remedy: "give the share of each part",
    });
  }
  const { labels, classNames } = data;
  const sizes = classSizes(labels, classNames.length);
  const missing = fractions.map((fraction) => sizes.map((size) => fraction * size));
  const partOf = new Int32Array(labels.length);
  for (const rows of dealingOrder(data, random)) {
    // The squared deviation of all classes and parts from their shares falls most where this sum is greatest.
    let chosen = 0;
    let most = Number.NEGATIVE_INFINITY;
    missing.forEach((part, p) => {
      let need = 0;
      for (const row of rows) need += part[labels[row]];
      if (need > most) [chosen, most] = [p, need];
    });
    for (const row of rows) {
      missing[chosen][labels[row]]--;
      partOf[row] = chosen;
    }
  }
  const rowsOf = (part: number) => {
    const rows = new Int32Array(partOf.reduce((count, each) => count + (each === part ? 1 : 0), 0));
    for (let row = 0, at = 0; row < partOf.length; row++) if (partOf[row] === part) rows[at++] = row;
    return rows;
  };
  const result = fractions.map((_, part) => rowsOf(part));
  for (const part of result) {
    const inPart = classSizes(
      part.map((row) => labels[row]),
      classNames.length,
    );
    const absent = inPart.findIndex((size, k) => size === 0 && sizes[k] > 0);
    if (absent >= 0) throw tooFewRows(classNames[absent], sizes[absent], `at least one distinct row in every part`);
  }
  return result;
}

/**
 * Two halves, as `stratifiedSplit` makes them.
 *
 * @example
 * ```ts
 * import { dataset, splitHalves, stream, takeRows, tensor } from "@carom/core";
 *
 * const rows = Array.from({ length: 8 }, (_, i) => i);
 * const data = dataset({ features: tensor("float32", [8, 1], rows), labels: rows.map((i) => i % 2) });
 * const [mine, theirs] = splitHalves(data, stream(0, "halves")).map((half) => takeRows(data, half));
 * console.log([...mine.labels].sort(), [...theirs.labels].sort()); // [ 0, 0, 1, 1 ] [ 0, 0, 1, 1 ]
 * ```
 */
export function splitHalves(data: Dataset, random: Stream): [Int32Array, Int32Array] {
  return stratifiedSplit(data, [0.5, 0.5], random) as [Int32Array, Int32Array];
}

/**
 * A share of the given rows, the same of every class to within half a row, in the order given.
 *
 * For one stream, a smaller fraction is a subset of a larger one.
 *
 * @throws InputError for a fraction outside (0, 1], and where a class would lose all its rows.
 *
 * @example
 * ```ts
 * import { stream, subsample } from "@carom/core";
 *
 * const labels = Int32Array.from([0, 1, 0, 1, 0, 1, 0, 1]);
 * const half = subsample(Int32Array.from(labels.keys()), labels, 0.5, stream(0, "half"));
 * console.log([...half].map((row) => labels[row]).sort()); // [ 0, 0, 1, 1 ]
 * ```
 */
export function subsample(rows: Int32Array, labels: Int32Array, fraction: number, random: Stream): Int32Array {
  if (!(fraction > 0 && fraction <= 1)) {
    throw new InputError("invalid", "fraction", {
      expected: "a number above 0 and at most 1",
      got: String(fraction),
      remedy: "give the share of rows to keep",
    });
  }
  const classes = rows.reduce((most, row) => Math.max(most, labels[row] + 1), 0);
  const sizes = classSizes(
    rows.map((row) => labels[row]),
    classes,
  );
  const left = sizes.map((size) => Math.round(fraction * size));
  const emptied = left.findIndex((size, k) => size === 0 && sizes[k] > 0);
  if (emptied >= 0) throw tooFewRows(`number ${emptied}`, sizes[emptied], `at least one row after keeping ${fraction}`);
  const kept = permutation(random, rows.length).filter((position) => left[labels[rows[position]]]-- > 0);
  return kept.sort().map((position) => rows[position]);
}

/** Groups of equal rows in the order they are dealt: mixed labels first, then large before small, else random. */
function* dealingOrder({ features, labels }: Dataset, random: Stream): Generator<Int32Array> {
  const groupOf = groupEqualRows(features);
  const groups = groupOf.reduce((most, group) => Math.max(most, group + 1), 0);
  // The rows of all groups, one group after the other: millions of rows are no millions of lists.
  const start = new Int32Array(groups + 1);
  for (const group of groupOf) start[group + 1]++;
  for (let group = 0; group < groups; group++) start[group + 1] += start[group];
  const rows = new Int32Array(groupOf.length);
  const next = start.slice();
  const isMixed = new Uint8Array(groups);
  groupOf.forEach((group, row) => {
    if (labels[row] !== labels[next[group] > start[group] ? rows[start[group]] : row]) isMixed[group] = 1;
    rows[next[group]++] = row;
  });
  /** Greater for groups that are dealt earlier. */
  const rankOf = (group: number) => start[group + 1] - start[group] + isMixed[group] * (groupOf.length + 1);
  const byRank = new Map<number, number[]>();
  for (const group of permutation(random, groups)) {
    const rank = rankOf(group);
    const same = byRank.get(rank);
    if (same) same.push(group);
    else byRank.set(rank, [group]);
  }
  for (const rank of [...byRank.keys()].sort((a, b) => b - a)) {
    for (const group of byRank.get(rank)!) yield rows.subarray(start[group], start[group + 1]);
  }
}

function classSizes(labels: Int32Array, classes: number): number[] {
  const sizes = new Array<number>(classes).fill(0);
  for (const label of labels) sizes[label]++;
  return sizes;
}

function tooFewRows(name: string, size: number, expected: string): InputError {
  return new InputError("invalid", `split of class ${name}`, {
    expected,
    got: `${size} rows in all, too few (equal rows stay together)`,
    remedy: "give more rows of this class, or larger fractions",
  });
}
