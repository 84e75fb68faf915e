// Splits rows into disjoint parts, stratified, equal rows together.

import { type Dataset, rowCount, takeRows } from "../../data/dataset.ts";
import { stratifiedSplit, subsample } from "../../data/split.ts";
import { stream } from "../../random.ts";
import { inMemory } from "../../rows.ts";
import { tensor } from "../../tensor.ts";
import type { Codec } from "../engine/codec.ts";
import type { Part, Ref, Split } from "../engine/reference.ts";
import type { TaskKind } from "../engine/task.ts";

const splitCodec: Codec<Split> = {
  name: "split",
  encode: (parts) => ({
    json: { rows: parts.map((rows) => rows.length) },
    arrays: Object.fromEntries(parts.map((rows, i) => [String(i), tensor("int32", [rows.length], rows)])),
  }),
  decode: ({ arrays }) => Object.keys(arrays).map((_, i) => inMemory(arrays[i]).data as Int32Array),
};

interface SplitParameters {
  readonly seed: number;
  readonly repetition: number;
  /** Of the parts. */
  readonly fractions: readonly number[];
  /** Which share of each part is kept; 1 where absent. */
  readonly keep?: readonly number[];
  /** Parts of `among` whose rows are to be split. */
  readonly parts?: readonly number[];
  /** Labels of the rows to be split; all where absent. */
  readonly only?: readonly number[];
}

export const split: TaskKind<SplitParameters, { readonly data: Part; readonly among?: Ref<Split> }, Split> = {
  name: "split",
  version: 1,
  output: splitCodec,
  estimate: (_, { data }) => ({ seconds: 0.3 + data.rows / 50_000 }),
  async run({ seed, repetition, fractions, keep, parts: chosenParts, only }, { data: whole, among }) {
    const listed = chosenParts?.flatMap((part) => [...among![part]]);
    const given = only
      ? (listed ?? [...whole.labels.keys()]).filter((row) => only.includes(whole.labels[row]))
      : listed;
    const dataset = given ? takeRows(whole, Int32Array.from(given)) : whole;
    const random = (label: string) => stream(seed, "split", repetition, label);
    const parts = stratifiedSplit(dataset, withRest(fractions, dataset), random("parts")).slice(0, fractions.length);
    const kept = parts.map((rows, i) => {
      const share = keep?.[i] ?? 1;
      return share < 1 ? subsample(rows, dataset.labels, share, random(`keep ${i}`)) : rows;
    });
    return given ? kept.map((rows) => rows.map((row) => given[row])) : kept;
  },
};

/**
 * Fractions that sum to 1: what nobody wanted becomes a part of its own, or, where that is a few rows, is shared out.
 */
function withRest(fractions: readonly number[], data: Dataset): readonly number[] {
  const sum = fractions.reduce((total, fraction) => total + fraction, 0);
  const rest = 1 - sum;
  if (Math.abs(rest) < 1e-9) return fractions;
  return rest * rowCount(data) < 4 * data.classNames.length
    ? fractions.map((fraction) => fraction / sum)
    : [...fractions, rest];
}
