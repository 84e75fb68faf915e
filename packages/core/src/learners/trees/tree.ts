// One classification tree: Gini impurity, exact splits, a random choice of features at each node.

import type { Stream } from "../../random.ts";
import type { SplitSearch } from "./treeSplit.ts";

/** Node 0 is the root. A row goes left where its feature is at most the threshold. */
export interface Tree {
  /** -1 for a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** [nodes, K]: the share of each class among the training rows of a node. */
  readonly shares: Float64Array;
}

interface TreeOptions {
  /** Most splits between root and leaf. */
  readonly depth: number;
  /** Features looked at for a split; more where those are constant on the node's rows. */
  readonly features: number;
  readonly random: Stream;
}

/**
 * Grows a tree on the rows of positive weight until nodes are pure, have one row, or lie at the depth limit.
 *
 * Each node draws `features` features without replacement, goes on drawing while all of them are constant on its rows,
 * and splits where the weighted Gini impurity of the two parts is least: between neighbouring distinct values, at
 * their midpoint. Features found constant are constant in all descendants, so they are kept in front of the list and
 * cost nothing there. As in scikit-learn's tree (Breiman et al. 1984; Breiman 2001).
 */
export function growTree(search: SplitSearch, weights: Float64Array, options: TreeOptions): Tree {
  const nodes: { feature: number; threshold: number; left: number; right: number }[] = [];
  const shares: number[] = [];
  const classes = search.totals.length;
  const features = Int32Array.from({ length: search.columns }, (_, j) => j);
  const constants = new Int32Array(search.columns);

  const stack = [{ from: 0, to: search.begin(weights), depth: 0, constant: 0, parent: -1, isLeft: false }];
  for (let task = stack.pop(); task; task = stack.pop()) {
    const { from, to, depth, parent, isLeft } = task;
    const at = nodes.push({ feature: -1, threshold: 0, left: 0, right: 0 }) - 1;
    if (parent >= 0) nodes[parent][isLeft ? "left" : "right"] = at;
    const pure = search.enter(from, to);
    let total = 0;
    for (let k = 0; k < classes; k++) total += search.totals[k];
    for (let k = 0; k < classes; k++) shares.push(total > 0 ? search.totals[k] / total : 1 / classes);
    if (pure || to - from < 2 || depth >= options.depth) continue;

    const constant = chooseSplit(search, features, constants, task.constant, options);
    const split = search.best();
    if (!split) continue;
    Object.assign(nodes[at], split);
    const middle = search.partition();
    stack.push({ from: middle, to, depth: depth + 1, constant, parent: at, isLeft: false });
    stack.push({ from, to: middle, depth: depth + 1, constant, parent: at, isLeft: true });
  }
  return {
    feature: Int32Array.from(nodes, (node) => node.feature),
    threshold: Float32Array.from(nodes, (node) => node.threshold),
    left: Int32Array.from(nodes, (node) => node.left),
    right: Int32Array.from(nodes, (node) => node.right),
    shares: Float64Array.from(shares),
  };
}

/**
 * Draws features and leaves the best split in the search; returns how many features are known to be constant.
 *
 * `features` is a list of all features: the first `known` are constant already, those found constant here are put
 * behind them, those tried move to the end. `constants` remembers the order of the front part, which draws disturb.
 */
function chooseSplit(
  search: SplitSearch,
  features: Int32Array,
  constants: Int32Array,
  known: number,
  { features: wanted, random }: TreeOptions,
): number {
  let untried = features.length;
  let [drawnKnown, found, visited] = [0, 0, 0];
  while (untried > known + found && (visited < wanted || visited <= drawnKnown + found)) {
    visited++;
    let j = drawnKnown + random.integer(untried - found - drawnKnown);
    if (j < known) {
      swap(features, drawnKnown++, j);
      continue;
    }
    j += found;
    if (search.consider(features[j])) swap(features, --untried, j);
    else swap(features, known + found++, j);
  }
  features.set(constants.subarray(0, known));
  constants.set(features.subarray(known, known + found), known);
  return known + found;
}

function swap(list: Int32Array, a: number, b: number): void {
  const kept = list[a];
  list[a] = list[b];
  list[b] = kept;
}
