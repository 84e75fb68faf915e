// The exact projection on ball and box where groups of features keep their sum, as relaxed one-hot groups do.

import type { Norm } from "./norm.ts";

/** Halvings of a bracket: its width becomes that of float64. */
const HALVINGS = 60;

/**
 * Replaces `move` by the nearest move z in the norm's ball of radius `epsilon` around 0, lower <= z <= upper, whose
 * features of each group sum to 0: the nearest in L2, for the L1 and the Linf ball too. Bounds must hold 0.
 *
 * With one multiplier s >= 0 for the ball and one m for each group, the conditions of optimality make each feature a function
 * of these alone: clip((move - m) / (1 + s)) for L2, clip(shrink(move - m, s)) for L1, and clip(move - m) with the bounds
 * cut to the ball for Linf. The sum of a group falls with m and the norm with s, so both are found by bisection.
 */
export function projectGroups(
  norm: Norm["name"],
  groups: readonly Int32Array[],
  move: Float64Array,
  epsilon: number,
  lower: Float64Array,
  upper: Float64Array,
): void {
  const given = move.slice();
  const isFree = new Uint8Array(move.length).fill(1);
  for (const group of groups) for (const j of group) isFree[j] = 0;
  const singles = Int32Array.from(given.keys()).filter((j) => isFree[j] === 1);
  const [low, high] = [lower, upper].map((bound) =>
    norm === "linf" ? bound.map((value) => Math.min(Math.max(value, -epsilon), epsilon)) : bound,
  );
  /** The feature at multipliers s and m. */
  const respond = (j: number, s: number, m: number) => {
    const u = given[j] - m;
    const inner = norm === "l2" ? u / (1 + s) : norm === "l1" ? Math.sign(u) * Math.max(Math.abs(u) - s, 0) : u;
    return Math.min(Math.max(inner, low[j]), high[j]);
  };
  const place = (s: number) => {
    for (const j of singles) move[j] = respond(j, s, 0);
    for (const group of groups) {
      // Beyond these all of the group are at their lower, or upper, bounds.
      let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (const j of group) {
        least = Math.min(least, given[j] - (1 + s) * high[j] - s);
        most = Math.max(most, given[j] - (1 + s) * low[j] + s);
      }
      const sumAt = (m: number) => group.reduce((sum, j) => sum + respond(j, s, m), 0);
      for (let halving = 0; halving < HALVINGS && least < most; halving++) {
        const middle = (least + most) / 2;
        if (sumAt(middle) > 0) least = middle;
        else most = middle;
      }
      for (const j of group) move[j] = respond(j, s, most);
    }
    return move.reduce((size, value) => (norm === "l2" ? size + value * value : size + Math.abs(value)), 0);
  };
  const most = norm === "l2" ? epsilon * epsilon : epsilon;
  if (place(0) <= most || norm === "linf") return;
  let [least, enough] = [0, 1];
  while (place(enough) > most && enough < Number.MAX_VALUE / 4) enough *= 4;
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (least + enough) / 2;
    if (place(middle) > most) least = middle;
    else enough = middle;
  }
  place(enough);
}
