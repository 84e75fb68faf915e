// The exact projection on ball and box where groups of features keep their sum, as relaxed one-hot groups do.

/** Steps of a search for a root: a dozen are enough where the function is made of few lines. */
const STEPS = 100;
/** A root is known to so much, relatively. */
const ROUNDING = 1e-14;

/**
 * A point of a bracket at which a continuous function that falls is 0 or just below it; at `low` it is above 0, at
 * `high` at most 0.
 *
 * Source: the Illinois variant of regula falsi (Dowell and Jarratt, 1971), which ends exactly on lines.
 */
function rootOf(f: (x: number) => number, low: number, atLow: number, high: number, atHigh: number): number {
  let side = 0;
  for (let step = 0; step < STEPS && high - low > ROUNDING * Math.abs(high); step++) {
    if (atHigh === 0) break;
    const between = (low * atHigh - high * atLow) / (atHigh - atLow);
    // Every so often the bracket is halved, so that it falls whatever the function is like.
    const x = between > low && between < high && step % 8 !== 7 ? between : (low + high) / 2;
    const value = f(x);
    if (value > 0) {
      [low, atLow] = [x, value];
      if (side === 1) atHigh /= 2;
      side = 1;
    } else {
      [high, atHigh] = [x, value];
      if (side === -1) atLow /= 2;
      side = -1;
    }
  }
  return high;
}

/**
 * Replaces `move` by the nearest move z in the norm's ball of radius `epsilon` around 0, lower <= z <= upper, whose
 * features of each group sum to 0: the nearest in L2, for the L1 and the Linf ball too. Bounds must hold 0.
 *
 * With one multiplier s >= 0 for the ball and one m for each group, the conditions of optimality make each feature a
 * function of these alone: clip((move - m) / (1 + s)) for L2, clip(shrink(move - m, s)) for L1, and clip(move - m) with
 * the bounds cut to the ball for Linf. The sum of a group falls with m and the norm with s, so both are roots that are
 * bracketed.
 */
export function projectGroups(
  norm: "l1" | "l2" | "linf",
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
      let sum = 0;
      for (const j of group) sum += respond(j, s, 0);
      let m = 0;
      if (Math.abs(sum) > ROUNDING) {
        const sumAt = (at: number) => {
          let total = 0;
          for (const j of group) total += respond(j, s, at);
          return total;
        };
        // Beyond this all of the group are at their lower, or upper, bounds.
        let far = 0;
        for (const j of group) {
          const edge = given[j] - (1 + s) * (sum > 0 ? low[j] : high[j]) + (sum > 0 ? s : -s);
          far = sum > 0 ? Math.max(far, edge) : Math.min(far, edge);
        }
        const atFar = sumAt(far);
        m = sum > 0 ? rootOf(sumAt, 0, sum, far, Math.min(atFar, 0)) : rootOf(sumAt, far, Math.max(atFar, 0), 0, sum);
      }
      for (const j of group) move[j] = respond(j, s, m);
    }
    return move.reduce((size, value) => (norm === "l2" ? size + value * value : size + Math.abs(value)), 0);
  };
  const most = norm === "l2" ? epsilon * epsilon : epsilon;
  const excess = place(0) - most;
  if (excess <= 0 || norm === "linf") return;
  let enough = 1;
  let atEnough = place(enough) - most;
  while (atEnough > 0 && enough < Number.MAX_VALUE / 4) {
    enough *= 4;
    atEnough = place(enough) - most;
  }
  place(rootOf((s) => place(s) - most, 0, excess, enough, atEnough));
}
