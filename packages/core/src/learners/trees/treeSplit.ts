// The search for the best splits of a tree: its rows, divided node by node.

import { compiledScan } from "./compiledScan.ts";
import { denseScan } from "./denseScan.ts";
import { sparseScan } from "./sparseScan.ts";
import { NONE } from "./splitScan.ts";
import type { TreeColumns } from "./treeColumns.ts";
import { midpoint } from "./treeMass.ts";

/** The rows of a tree, of which each node holds a consecutive part, and the best split of the node that is open. */
export interface SplitSearch {
  /** How many features there are. */
  readonly columns: number;
  /** Sum of weights of each class on the open node. */
  readonly totals: Float64Array;
  /** Begins a tree on the rows of positive weight; returns how many they are. */
  begin(weights: Float64Array): number;
  /** Opens the node of positions `from` to `to`; true where all its rows are of one class. */
  enter(from: number, to: number): boolean;
  /** Looks for a better split of the open node by a feature; false where that feature is constant there. */
  consider(feature: number): boolean;
  /** The best split found since the node was opened. */
  best(): { readonly feature: number; readonly threshold: number } | undefined;
  /** Orders the open node's rows by its best split; returns the position of the first that goes right. */
  partition(): number;
  /** Ends the use of it. */
  release(): void;
}

/** A search over some columns, for one tree after the other. */
export function splitSearch(columns: TreeColumns, labels: Int32Array, classes: number): SplitSearch {
  const scan = columns.sparse
    ? sparseScan(columns, labels, classes)
    : (compiledScan(columns, classes) ?? denseScan(columns, classes));
  const { node, best } = scan;
  const { samples, weight, totals, ends, position } = node;
  const byClass = rowsByClass(labels, classes);
  const later = { samples: new Int32Array(samples.length), weight: new Float64Array(samples.length) };
  const goesLeft = new Uint8Array(samples.length);

  function place(from: number, to: number): void {
    if (position.length > 0) for (let p = from; p < to; p++) position[samples[p]] = p;
  }

  return {
    columns: columns.columns,
    totals,
    begin(weights) {
      let size = 0;
      for (let i = 0; i < byClass.length; i++) {
        const row = byClass[i];
        samples[size] = row;
        weight[size] = weights[row];
        if (weights[row] > 0) size++;
      }
      position.fill(-1);
      place(0, size);
      return size;
    },
    enter(from, to) {
      node.from = from;
      node.to = to;
      node.total = 0;
      node.squares = 0;
      best.score = NONE.score;
      best.feature = NONE.feature;
      for (let k = 0, p = from; k < classes; k++) {
        let mass = 0;
        while (p < to && labels[samples[p]] === k) mass += weight[p++];
        totals[k] = mass;
        ends[k] = p;
        node.total += mass;
        node.squares += mass * mass;
      }
      return to === from || labels[samples[from]] === labels[samples[to - 1]];
    },
    consider: scan.consider,
    best() {
      if (best.feature < 0) return undefined;
      const { values, first } = columns;
      const [lower, upper] = [best.code, best.next].map((code) => values[first[best.feature] + code]);
      return { feature: best.feature, threshold: midpoint(lower, upper) };
    },
    partition() {
      scan.markLeft(goesLeft);
      let early = node.from;
      let count = 0;
      for (let p = node.from; p < node.to; p++) {
        const [row, mass] = [samples[p], weight[p]];
        samples[early] = later.samples[count] = row;
        weight[early] = later.weight[count] = mass;
        early += goesLeft[p];
        count += 1 - goesLeft[p];
      }
      for (let i = 0; i < count; i++) {
        samples[early + i] = later.samples[i];
        weight[early + i] = later.weight[i];
      }
      place(node.from, node.to);
      return early;
    },
    release: scan.release,
  };
}

/** All rows, those of class 0 first. */
function rowsByClass(labels: Int32Array, classes: number): Int32Array {
  const next = new Int32Array(classes + 1);
  for (const label of labels) next[label + 1]++;
  for (let k = 0; k < classes; k++) next[k + 1] += next[k];
  const sorted = new Int32Array(labels.length);
  labels.forEach((label, row) => {
    sorted[next[label]++] = row;
  });
  return sorted;
}
