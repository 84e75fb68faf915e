// Scans of dense columns for the best split of a tree node: plain loops.

import { classMass, classScan } from "./classScan.ts";
import { type BestSplit, NONE, type NodeRows, nodeRows, type SplitScan } from "./splitScan.ts";
import type { TreeColumns } from "./treeColumns.ts";
import { addMass, inOrder, listPresent } from "./treeMass.ts";

export function denseScan({ rows, count: counts, widest, codes }: TreeColumns, classes: number): SplitScan {
  const node = nodeRows(rows, classes);
  const best: BestSplit = { ...NONE };
  const sums = classMass(widest, classes);
  const { mass, present } = sums;
  const { samples, weight, ends } = node;
  const isPresent = new Uint8Array(widest);
  const scan = classScan(sums, node, best);

  /** Adds the open node's rows to the sums and lists their codes, ascending; returns how many. */
  function collect(feature: number): number {
    const base = feature * rows;
    const { from, to } = node;
    const bins = counts[feature];
    if (bins === 1) return 1;
    for (let k = 0, start = from; k < classes; start = ends[k++]) {
      addMass(mass, k * widest, codes, base, samples, weight, start, ends[k]);
    }
    if (8 * (to - from) >= bins) return listPresent(present, mass, widest, classes, bins);
    let count = 0;
    for (let p = from; p < to; p++) {
      const code = codes[base + samples[p]];
      if (isPresent[code] === 0) {
        isPresent[code] = 1;
        present[count++] = code;
      }
    }
    return inOrder(present, count, isPresent);
  }

  return {
    node,
    best,
    consider: (feature) => scan(feature, collect(feature)),
    markLeft: (goesLeft) => markLeft(goesLeft, codes, rows, node, best),
    release: () => {},
  };
}

/** Says of the open node's positions which go left in its best split; column j has its codes from `j * rows` on. */
export function markLeft(
  goesLeft: Uint8Array,
  codes: TreeColumns["codes"],
  rows: number,
  { samples, from, to }: NodeRows,
  { feature, code }: BestSplit,
): void {
  for (let p = from; p < to; p++) goesLeft[p] = codes[feature * rows + samples[p]] <= code ? 1 : 0;
}
