// Splits rows into disjoint parts, stratified, equal rows together.

import { stratifiedSplit, subsample } from "../../data/split.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import type { TaskKind } from "../task.ts";
import { datasetOf } from "./dataset.ts";

/** Parameters: seed, repetition, fractions of the parts, and which share of each part is kept (1 where absent). */
export const split: TaskKind = {
  version: 1,
  async run({ seed, repetition, fractions, keep }, { data }) {
    const dataset = datasetOf(data);
    const random = (label: string) => stream(seed as number, "split", repetition as number, label);
    const parts = stratifiedSplit(dataset, fractions as number[], random("parts"));
    const kept = parts.map((rows, i) => {
      const share = (keep as number[] | undefined)?.[i] ?? 1;
      return share < 1 ? subsample(rows, dataset.labels, share, random(`keep ${i}`)) : rows;
    });
    return {
      json: { rows: kept.map((rows) => rows.length) },
      arrays: Object.fromEntries(kept.map((rows, i) => [String(i), tensor("int32", [rows.length], rows)])),
    };
  },
};
