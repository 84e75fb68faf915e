// The search for the best split of one tree node: class weights per distinct value, then one pass over them.

import type { TreeColumns } from "./treeColumns.ts";
import { addMass, listPresent, lowerBound, midpoint, rowsByClass, sortAscending } from "./treeMass.ts";

/** The rows of a tree, of which each node holds a consecutive part, and the best split of the node that is open. */
export interface SplitSearch {
  /** How many rows take part in the tree. */
  readonly size: number;
  /** Sum of weights of each class on the open node. */
  readonly totals: Float64Array;
  /** Opens the node of positions `from` to `to`; true where all its rows are of one class. */
  enter(from: number, to: number): boolean;
  /** Looks for a better split of the open node by a feature; false where that feature is constant there. */
  consider(feature: number): boolean;
  /** The best split found since the node was opened. */
  best(): { readonly feature: number; readonly threshold: number } | undefined;
  /** Orders the open node's rows by its best split; returns the position of the first that goes right. */
  partition(): number;
}

/**
 * A search over the rows of positive weight.
 *
 * A split is better the larger sum_k l_k^2 / L + sum_k r_k^2 / R, with l_k and r_k the weights of class k on the two
 * sides and L and R their sums: that is where the weighted Gini impurity is least.
 */
export function splitSearch(
  { rows, values, first, widest, codes, sparse }: TreeColumns,
  labels: Int32Array,
  classes: number,
  weights: Float64Array,
): SplitSearch {
  const samples = rowsByClass(labels, classes, weights);
  const weight = new Float64Array(samples.length);
  const position = new Int32Array(sparse ? rows : 0).fill(-1);
  const later = new Int32Array(samples.length);
  const goesLeft = new Uint8Array(samples.length);
  /** Entries of a sparse column on the open node. */
  const hitPosition = new Int32Array(sparse ? samples.length : 0);
  const hitCode = new Int32Array(sparse ? samples.length : 0);

  /** Weight of class k at a code: `mass[k * widest + code]`; zero between calls. */
  const mass = new Float64Array(widest * classes);
  /** The codes that occur on the open node, and how many they are. */
  const present = new Int32Array(widest);
  const isPresent = new Uint8Array(widest);
  const totals = new Float64Array(classes);
  const leftMass = new Float64Array(classes);
  const rightMass = new Float64Array(classes);
  /** Rows of class k lie at positions `ends[k - 1]` to `ends[k]` of the open node: partitions keep their order. */
  const ends = new Int32Array(classes);
  let from = 0;
  let to = 0;
  let total = 0;
  let squares = 0;
  let bestScore = 0;
  let bestFeature = -1;
  let bestCode = 0;
  let bestNext = 0;

  place(0, samples.length);

  /** Brings what is kept beside `samples` in its order. */
  function place(begin: number, end: number): void {
    for (let p = begin; p < end; p++) {
      weight[p] = weights[samples[p]];
      if (sparse) position[samples[p]] = p;
    }
  }

  /** Adds the open node's rows to `mass` and lists their codes in `present`, ascending; returns how many. */
  function collect(feature: number): number {
    const base = feature * rows;
    const bins = first[feature + 1] - first[feature];
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
    return inOrder(count);
  }

  /** The same for a sparse column: rows without an entry have the code of zero. */
  function collectSparse(feature: number): number {
    const hits = findEntries(feature);
    if (hits === 0) return 1;
    let count = 0;
    rightMass.set(totals);
    for (let i = 0; i < hits; i++) {
      const p = hitPosition[i];
      const code = hitCode[i];
      const k = labels[samples[p]];
      if (isPresent[code] === 0) {
        isPresent[code] = 1;
        present[count++] = code;
      }
      mass[k * widest + code] += weight[p];
      rightMass[k] -= weight[p];
    }
    if (hits < to - from) {
      const zero = sparse!.zero[feature];
      if (isPresent[zero] === 0) present[count++] = zero;
      for (let k = 0; k < classes; k++) mass[k * widest + zero] += rightMass[k];
    }
    return inOrder(count);
  }

  function inOrder(count: number): number {
    sortAscending(present, count);
    for (let i = 0; i < count; i++) isPresent[present[i]] = 0;
    return count;
  }

  /** Lists the stored entries of a sparse column that belong to the open node, by the cheaper of two ways. */
  function findEntries(feature: number): number {
    const { start, row } = sparse!;
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
    size: samples.length,
    totals,
    enter(nodeFrom, nodeTo) {
      from = nodeFrom;
      to = nodeTo;
      bestScore = Number.NEGATIVE_INFINITY;
      bestFeature = -1;
      totals.fill(0);
      ends.fill(from);
      for (let p = from; p < to; p++) {
        const k = labels[samples[p]];
        totals[k] += weight[p];
        ends[k] = p + 1;
      }
      total = 0;
      squares = 0;
      for (let k = 0; k < classes; k++) {
        total += totals[k];
        squares += totals[k] * totals[k];
        if (k > 0) ends[k] = Math.max(ends[k], ends[k - 1]);
      }
      return to === from || labels[samples[from]] === labels[samples[to - 1]];
    },
    consider(feature) {
      const count = sparse ? collectSparse(feature) : collect(feature);
      if (count < 2) {
        for (let k = 0; k < classes; k++) mass[k * widest + present[0]] = 0;
        return false;
      }
      leftMass.fill(0);
      rightMass.set(totals);
      let left = 0;
      let right = total;
      let leftSquares = 0;
      let rightSquares = squares;
      for (let i = 0; i < count; i++) {
        const code = present[i];
        if (i > 0) {
          const score = leftSquares / left + rightSquares / right;
          if (score > bestScore) {
            bestScore = score;
            bestFeature = feature;
            bestCode = present[i - 1];
            bestNext = code;
          }
        }
        for (let k = 0, at = code; k < classes; k++, at += widest) {
          const w = mass[at];
          if (w === 0) continue;
          mass[at] = 0;
          leftSquares += w * (2 * leftMass[k] + w);
          rightSquares -= w * (2 * rightMass[k] - w);
          leftMass[k] += w;
          rightMass[k] -= w;
          left += w;
          right -= w;
        }
      }
      return true;
    },
    best() {
      if (bestFeature < 0) return undefined;
      const base = first[bestFeature];
      return { feature: bestFeature, threshold: midpoint(values[base + bestCode], values[base + bestNext]) };
    },
    partition() {
      if (sparse) {
        goesLeft.fill(Number(sparse.zero[bestFeature] <= bestCode), from, to);
        const hits = findEntries(bestFeature);
        for (let i = 0; i < hits; i++) goesLeft[hitPosition[i]] = Number(hitCode[i] <= bestCode);
      } else {
        for (let p = from; p < to; p++) goesLeft[p] = Number(codes[bestFeature * rows + samples[p]] <= bestCode);
      }
      let early = from;
      let count = 0;
      for (let p = from; p < to; p++) {
        if (goesLeft[p]) samples[early++] = samples[p];
        else later[count++] = samples[p];
      }
      samples.set(later.subarray(0, count), early);
      place(from, to);
      return early;
    },
  };
}
