// Splits rows into disjoint parts, stratified, equal rows together.

import { type Dataset, rowCount, takeRows } from "../../data/dataset.ts";
import { stratifiedSplit, subsample } from "../../data/split.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import type { TaskKind } from "../task.ts";
import { datasetOf } from "./dataset.ts";

/**
 * Parameters: seed, repetition, fractions of the parts, which share of each part is kept (1 where absent), `parts`, and
 * `only`, the labels of the rows to be split (all where absent). Inputs: data, and `among`, an earlier split of it, where
 * only the rows in its `parts` are to be split.
 */
export const split: TaskKind = {
  version: 1,
  async run({ seed, repetition, fractions, keep, parts: among, only }, inputs) {
    const whole = datasetOf(inputs.data);
    const listed = (among as number[] | undefined)?.flatMap((part) => [
      ...(inputs.among.arrays[part].data as Int32Array),
    ]);
    const given = only
      ? (listed ?? [...whole.labels.keys()]).filter((row) => (only as number[]).includes(whole.labels[row]))
      : listed;
    const dataset = given ? takeRows(whole, Int32Array.from(given)) : whole;
    const random = (label: string) => stream(seed as number, "split", repetition as number, label);
    const wanted = fractions as number[];
    const parts = stratifiedSplit(dataset, withRest(wanted, dataset), random("parts")).slice(0, wanted.length);
    const kept = parts.map((rows, i) => {
      const share = (keep as number[] | undefined)?.[i] ?? 1;
      return share < 1 ? subsample(rows, dataset.labels, share, random(`keep ${i}`)) : rows;
    });
    const chosen = given ? kept.map((rows) => rows.map((row) => given[row])) : kept;
    return {
      json: { rows: chosen.map((rows) => rows.length) },
      arrays: Object.fromEntries(chosen.map((rows, i) => [String(i), tensor("int32", [rows.length], rows)])),
    };
  },
};

/** Fractions that sum to 1: what nobody wanted becomes a part of its own, or, where that is a few rows, is shared out. */
function withRest(fractions: readonly number[], data: Dataset): readonly number[] {
  const sum = fractions.reduce((total, fraction) => total + fraction, 0);
  const rest = 1 - sum;
  if (Math.abs(rest) < 1e-9) return fractions;
  return rest * rowCount(data) < 4 * data.classNames.length
    ? fractions.map((fraction) => fraction / sum)
    : [...fractions, rest];
}
