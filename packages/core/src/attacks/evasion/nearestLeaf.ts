// The nearest point at which a sum of decision trees gives another answer: a best-first search over the boxes of
// leaves.

import type { Leaf, TreeSum } from "../../models/trees.ts";
import { priorityQueue } from "../../priorityQueue.ts";
import type { Norm } from "../../threat/norm.ts";

/** A row, and what may become of it. */
interface NearestTask {
  readonly sum: TreeSum;
  /** The row as the model sees it, in float32. */
  readonly row: Float64Array;
  /** Where features may lie, the row among it; whole numbers alone where it says so. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly isWhole: (feature: number) => boolean;
  readonly norm: Norm["name"];
  /** What each feature is measured in; those of unit 0 stay. */
  readonly units?: Float64Array | undefined;
  /** The longest move, in the norm; under L0 the most features. */
  readonly limit: number;
  /** Whether scores [K] are an answer that is looked for. */
  isGoal(scores: Float64Array): boolean;
  /** Whether scores between bounds may be one: whether k may be above l by at most `lead(k, l)`. */
  mayBeGoal(lead: (k: number, l: number) => number): boolean;
  /** Boxes that are looked at, at most. */
  readonly boxes: number;
}

/** The point; "none" where there is none within the limit, "limit" where more boxes would have to be looked at. */
type Nearest = Float64Array | "none" | "limit";

/** Part of the space of features, and the trees whose leaf is known there. */
interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Position of the leaf of each tree; -1 where it may be one of several. */
  readonly leaf: Int32Array;
}

/**
 * Boxes are taken in the order of their distance from the row. Where the answer at a box's nearest point is the one
 * that is looked for, no other point is nearer: all that are left are in boxes at least as far. Else the box is cut
 * into the leaves of one more tree, that which may still change the answer most; boxes are dropped in which, with the
 * best leaf of each tree that meets them, no point can be a goal. A single tree is one cut.
 *
 * Exact among float32 numbers, up to the rounding of the model's sum.
 *
 * Source: the boxes of leaves of Chen, Zhang, Si, Li, Boning and Hsieh, NeurIPS 2019 (robustness verification of
 * tree-based models), with the search by distance in place of cliques; the problem: Kantchelian et al., ICML 2016.
 */
export function nearestOther(task: NearestTask): Nearest {
  const { sum, row, limit, boxes } = task;
  const { trees } = sum;
  const queue = priorityQueue<Box>();
  const start = { lower: task.lower, upper: task.upper, leaf: new Int32Array(trees.length).fill(-1) };
  queue.add(start, 0);
  let looked = 0;
  for (let box = queue.take(); box; box = queue.take()) {
    if (++looked > boxes) return "limit";
    const point = nearestIn(task, box, row)!;
    const here = trees.map((tree) => tree.find((leaf) => holds(leaf, point))!);
    if (task.isGoal(scoresOf(sum, here))) return point;
    const meeting = trees.map((tree, t) =>
      box.leaf[t] >= 0 ? [tree[box.leaf[t]]] : tree.filter((leaf) => meets(leaf, box)),
    );
    const lead = (k: number, l: number) =>
      meeting.reduce((most, leaves) => most + best(leaves, k, l), sum.base[k] - sum.base[l]);
    if (!task.mayBeGoal(lead)) continue;
    const next = mostOpen(meeting, here);
    if (next < 0) continue;
    for (const leaf of meeting[next]) {
      const part = cut(task, box, leaf, next, trees[next].indexOf(leaf));
      const nearest = part && nearestIn(task, part, row);
      if (!nearest) continue;
      const distance = distanceOf(task, nearest);
      if (distance <= limit) queue.add(part, -distance);
    }
  }
  return "none";
}

/** The scores of a point in those leaves. */
export function scoresOf({ base }: TreeSum, leaves: readonly Leaf[]): Float64Array {
  const scores = base.slice();
  for (const leaf of leaves) for (let k = 0; k < scores.length; k++) scores[k] += leaf.scores[k];
  return scores;
}

/** Whether a point lies in the box of a leaf. */
export function holds({ features, lower, upper }: Leaf, point: ArrayLike<number>): boolean {
  return features.every((j, at) => point[j] >= lower[at] && point[j] <= upper[at]);
}

const meets = ({ features, lower, upper }: Leaf, box: Box) =>
  features.every((j, at) => lower[at] <= box.upper[j] && upper[at] >= box.lower[j]);

/** By how much a leaf of these lifts k above l, at most. */
function best(leaves: readonly Leaf[], k: number, l: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const { scores } of leaves) most = Math.max(most, scores[k] - scores[l]);
  return most;
}

/** The tree of several leaves whose scores differ most from those at the nearest point; -1 where all have one. */
function mostOpen(meeting: readonly (readonly Leaf[])[], here: readonly Leaf[]): number {
  let [chosen, widest] = [-1, -1];
  meeting.forEach((leaves, t) => {
    if (leaves.length < 2) return;
    let width = 0;
    for (const { scores } of leaves) {
      scores.forEach((score, k) => {
        width = Math.max(width, Math.abs(score - here[t].scores[k]));
      });
    }
    if (width > widest) [chosen, widest] = [t, width];
  });
  return chosen;
}

/** The part of a box in a leaf; undefined where there is none. */
function cut({ isWhole }: NearestTask, box: Box, leaf: Leaf, tree: number, position: number): Box | undefined {
  const part = { lower: box.lower.slice(), upper: box.upper.slice(), leaf: box.leaf.slice() };
  part.leaf[tree] = position;
  for (const [at, j] of leaf.features.entries()) {
    const [low, high] = [Math.max(part.lower[j], leaf.lower[at]), Math.min(part.upper[j], leaf.upper[at])];
    part.lower[j] = isWhole(j) ? Math.ceil(low) : low;
    part.upper[j] = isWhole(j) ? Math.floor(high) : high;
    if (part.lower[j] > part.upper[j]) return undefined;
  }
  return part;
}

/** The point of a box nearest to the row, feature by feature; undefined where one that stays would have to move. */
function nearestIn({ units }: NearestTask, { lower, upper }: Box, row: Float64Array): Float64Array | undefined {
  const point = row.slice();
  for (let j = 0; j < point.length; j++) {
    if (row[j] >= lower[j] && row[j] <= upper[j]) continue;
    if (units?.[j] === 0) return undefined;
    point[j] = row[j] < lower[j] ? lower[j] : upper[j];
  }
  return point;
}

function distanceOf({ row, norm, units }: NearestTask, point: Float64Array): number {
  let [sum, square, largest, count] = [0, 0, 0, 0];
  for (let j = 0; j < point.length; j++) {
    if (point[j] === row[j]) continue;
    const move = Math.abs(point[j] - row[j]) / (units?.[j] ?? 1);
    sum += move;
    square += move * move;
    largest = Math.max(largest, move);
    count++;
  }
  return { l0: count, l1: sum, l2: Math.sqrt(square), linf: largest }[norm];
}
