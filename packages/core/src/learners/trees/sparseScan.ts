// Scans of sparse columns for the best split of a tree node: rows without an entry have the code of zero.

import { classMass, classScan } from "./classScan.ts";
import { type BestSplit, NONE, nodeRows, type SplitScan } from "./splitScan.ts";
import type { TreeColumns } from "./treeColumns.ts";
import { inOrder, lowerBound } from "./treeMass.ts";

export function sparseScan(columns: TreeColumns, labels: Int32Array, classes: number): SplitScan {
  const { rows, widest, codes } = columns;
  const { start, row, zero } = columns.sparse!;
  const node = nodeRows(rows, classes, new Int32Array(rows));
  const best: BestSplit = { ...NONE };
  const sums = classMass(widest, classes);
  const { mass, present } = sums;
  const { samples, weight, totals, position } = node;
  const isPresent = new Uint8Array(widest);
  const scan = classScan(sums, node, best);
  /** What is left of each class without a column's entries. */
  const rest = new Float64Array(classes);
  /** Entries of a column on the open node. */
  const hitPosition = new Int32Array(rows);
  const hitCode = new Int32Array(rows);

  /** Adds the open node's rows to the sums and lists their codes, ascending; returns how many. */
  function collect(feature: number): number {
    const hits = findEntries(feature);
    if (hits === 0) return 1;
    let count = 0;
    rest.set(totals);
    for (let i = 0; i < hits; i++) {
      const p = hitPosition[i];
      const code = hitCode[i];
      const k = labels[samples[p]];
      if (isPresent[code] === 0) {
        isPresent[code] = 1;
        present[count++] = code;
      }
      mass[k * widest + code] += weight[p];
      rest[k] -= weight[p];
    }
    if (hits < node.to - node.from) {
      if (isPresent[zero[feature]] === 0) present[count++] = zero[feature];
      for (let k = 0; k < classes; k++) mass[k * widest + zero[feature]] += rest[k];
    }
    return inOrder(present, count, isPresent);
  }

  /** Lists the stored entries of a column that belong to the open node, by the cheaper of two ways. */
  function findEntries(feature: number): number {
    const { from, to } = node;
    const begin = start[feature];
    const end = start[feature + 1];
    let hits = 0;
    if (end - begin <= 8 * (to - from)) {
      for (let at = begin; at < end; at++) {
        const p = position[row[at]];
        if (p < from || p >= to) continue;
        hitPosition[hits] = p;
        hitCode[hits++] = codes[at];
      }
      return hits;
    }
    for (let p = from; p < to; p++) {
      const at = lowerBound(row, begin, end, samples[p]);
      if (at === end || row[at] !== samples[p]) continue;
      hitPosition[hits] = p;
      hitCode[hits++] = codes[at];
    }
    return hits;
  }

  return {
    node,
    best,
    consider: (feature) => scan(feature, collect(feature)),
    markLeft(goesLeft) {
      goesLeft.fill(Number(zero[best.feature] <= best.code), node.from, node.to);
      const hits = findEntries(best.feature);
      for (let i = 0; i < hits; i++) goesLeft[hitPosition[i]] = Number(hitCode[i] <= best.code);
    },
    release: () => {},
  };
}
