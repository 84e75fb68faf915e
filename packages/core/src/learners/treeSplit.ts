// The search for the best split of one tree node: class counts per distinct value, then one pass over them.

import type { TreeColumns } from "./treeColumns.ts";

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
  { rows, values, first, codes, sparse }: TreeColumns,
  labels: Int32Array,
  classes: number,
  weights: Float64Array,
): SplitSearch {
  const n = weights.reduce((count, weight) => count + Number(weight > 0), 0);
  // The rows, and beside them their classes and weights, so that a node reads these in order.
  const samples = new Int32Array(n);
  const kind = new Int32Array(n);
  const weight = new Int32Array(n);
  for (let row = 0, at = 0; row < rows; row++) {
    if (weights[row] === 0) continue;
    samples[at] = row;
    kind[at] = labels[row];
    weight[at++] = weights[row];
  }
  const position = new Int32Array(rows).fill(-1);
  const goesLeft = new Uint8Array(n);
  const [laterSamples, laterKind, laterWeight] = [new Int32Array(n), new Int32Array(n), new Float64Array(n)];

  let widest = 0;
  for (let j = 0; j < first.length - 1; j++) widest = Math.max(widest, first[j + 1] - first[j]);
  const mass = new Int32Array(widest * classes);
  const touched = new Int32Array(widest);
  const isTouched = new Uint8Array(widest);
  const totals = new Float64Array(classes);
  const leftMass = new Float64Array(classes);
  const rightMass = new Float64Array(classes);
  let [from, to, total, squares] = [0, 0, 0, 0];
  let [bestScore, bestFeature, bestCode, bestNext] = [0, -1, 0, 0];

  /** Adds the open node's rows to `mass` by their codes, which it lists in `touched`, ascending; returns how many. */
  function collect(feature: number): number {
    const base = feature * rows;
    const bins = first[feature + 1] - first[feature];
    const end = to;
    let count = 0;
    if (8 * (end - from) >= bins) {
      for (let p = from; p < end; p++) mass[codes[base + samples[p]] * classes + kind[p]] += weight[p];
      for (let at = 0, last = -1; at < bins * classes; at++) {
        if (mass[at] === 0) continue;
        const code = Math.floor(at / classes);
        if (code !== last) touched[count++] = last = code;
      }
      return count;
    }
    for (let p = from; p < end; p++) {
      const code = codes[base + samples[p]];
      if (isTouched[code] === 0) {
        isTouched[code] = 1;
        touched[count++] = code;
      }
      mass[code * classes + kind[p]] += weight[p];
    }
    sortAscending(touched, count);
    for (let i = 0; i < count; i++) isTouched[touched[i]] = 0;
    return count;
  }

  /** The same for a sparse column: what is not stored has the code of zero. */
  function collectSparse(feature: number): number {
    let count = 0;
    let unseen = to - from;
    rightMass.set(totals);
    eachEntry(feature, (p, code) => {
      if (isTouched[code] === 0) {
        isTouched[code] = 1;
        touched[count++] = code;
      }
      mass[code * classes + kind[p]] += weight[p];
      rightMass[kind[p]] -= weight[p];
      unseen--;
    });
    if (unseen > 0) {
      const code = sparse!.zero[feature];
      if (isTouched[code] === 0) touched[count++] = code;
      for (let k = 0; k < classes; k++) mass[code * classes + k] += rightMass[k];
    }
    sortAscending(touched, count);
    for (let i = 0; i < count; i++) isTouched[touched[i]] = 0;
    return count;
  }

  /** Visits the stored entries of a sparse column that belong to the open node, by the cheaper of two ways. */
  function eachEntry(feature: number, visit: (position: number, code: number) => void): void {
    const { start, row } = sparse!;
    const [begin, end] = [start[feature], start[feature + 1]];
    if (end - begin <= 8 * (to - from)) {
      for (let at = begin; at < end; at++) {
        const p = position[row[at]];
        if (p >= from && p < to) visit(p, codes[at]);
      }
      return;
    }
    for (let p = from; p < to; p++) {
      let [low, high] = [begin, end];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (row[middle] < samples[p]) low = middle + 1;
        else high = middle;
      }
      if (low < end && row[low] === samples[p]) visit(p, codes[low]);
    }
  }

  return {
    size: n,
    totals,
    enter(nodeFrom, nodeTo) {
      [from, to] = [nodeFrom, nodeTo];
      [bestScore, bestFeature] = [Number.NEGATIVE_INFINITY, -1];
      totals.fill(0);
      let pure = true;
      for (let p = from; p < to; p++) {
        totals[kind[p]] += weight[p];
        if (kind[p] !== kind[from]) pure = false;
        position[samples[p]] = p;
      }
      [total, squares] = [0, 0];
      for (const sum of totals) {
        total += sum;
        squares += sum * sum;
      }
      return pure;
    },
    consider(feature) {
      const count = sparse ? collectSparse(feature) : collect(feature);
      leftMass.fill(0);
      rightMass.set(totals);
      let left = 0;
      let right = total;
      let leftSquares = 0;
      let rightSquares = squares;
      for (let i = 0; i < count; i++) {
        if (i > 0) {
          const score = leftSquares / left + rightSquares / right;
          if (score > bestScore) {
            bestScore = score;
            bestFeature = feature;
            bestCode = touched[i - 1];
            bestNext = touched[i];
          }
        }
        const base = touched[i] * classes;
        for (let k = 0; k < classes; k++) {
          const w = mass[base + k];
          if (w === 0) continue;
          mass[base + k] = 0;
          leftSquares += w * (2 * leftMass[k] + w);
          rightSquares -= w * (2 * rightMass[k] - w);
          leftMass[k] += w;
          rightMass[k] -= w;
          left += w;
          right -= w;
        }
      }
      return count > 1;
    },
    best() {
      if (bestFeature < 0) return undefined;
      const base = first[bestFeature];
      return { feature: bestFeature, threshold: midpoint(values[base + bestCode], values[base + bestNext]) };
    },
    partition() {
      if (sparse) {
        goesLeft.fill(Number(sparse.zero[bestFeature] <= bestCode), from, to);
        eachEntry(bestFeature, (p, code) => {
          goesLeft[p] = Number(code <= bestCode);
        });
      } else {
        for (let p = from; p < to; p++) goesLeft[p] = Number(codes[bestFeature * rows + samples[p]] <= bestCode);
      }
      let [early, later] = [from, 0];
      for (let p = from; p < to; p++) {
        if (goesLeft[p]) {
          samples[early] = samples[p];
          kind[early] = kind[p];
          weight[early++] = weight[p];
        } else {
          laterSamples[later] = samples[p];
          laterKind[later] = kind[p];
          laterWeight[later++] = weight[p];
        }
      }
      samples.set(laterSamples.subarray(0, later), early);
      kind.set(laterKind.subarray(0, later), early);
      weight.set(laterWeight.subarray(0, later), early);
      return early;
    },
  };
}

/** A float32 between two, at least the lower and below the upper: x <= threshold then divides as the codes do. */
function midpoint(lower: number, upper: number): number {
  const middle = Math.fround(lower / 2 + upper / 2);
  return middle >= lower && middle < upper ? middle : lower;
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
