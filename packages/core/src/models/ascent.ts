// Points moved by steps of projected gradient ascent, some rows at a time.

import { type FloatType, type Tensor, tensor, toFloat } from "../tensor.ts";
import { type AscentKind, type AscentNorm, ascentNames } from "./ascentGraph.ts";
import type { Session } from "./runtime.ts";

/** Points to be moved by steps x <- project(x + length steepest(margin's gradient)). */
export interface AscentTask {
  readonly norm: AscentNorm;
  /** How many steps to take. */
  readonly steps: number;
  /** Where the points are, N D values; moved in place. */
  readonly x: Float32Array;
  /** The centers of the balls, inside the bounds, N D values. */
  readonly origin: Float32Array;
  readonly labels: Int32Array;
  /** N radii of the balls. */
  readonly budgets: Float32Array;
  /** N lengths of a step; where negative, the margin descends. */
  readonly lengths: Float32Array;
  /** Bounds of every value: one number for all, or N D. */
  readonly lower: number | Float32Array;
  readonly upper: number | Float32Array;
}

/** Values per array of a call: the arrays of a step then stay in the processor's second-level cache. */
const CALL = 2 ** 17;

/** Steps in one graph, at most. More gained nothing, and each has a copy of the weights that the runtime rearranged. */
const UNROLLED = 5;

/**
 * Takes the steps, all of them for some rows before the next ones: so those rows stay in the cache.
 *
 * @param mostRows rows that a call of the runtime may have
 */
export async function runAscent(session: Session, type: FloatType, mostRows: number, task: AscentTask): Promise<void> {
  const { x, origin, labels, budgets, lengths, lower, upper } = task;
  const calls = task.steps / kindOf(task).steps;
  const n = labels.length;
  const columns = x.length / Math.max(1, n);
  const rows = Math.max(1, Math.min(mostRows, Math.floor(CALL / columns)));
  for (let from = 0; from < n; from += rows) {
    const to = Math.min(n, from + rows);
    const flat = (values: Float32Array, width: number) =>
      toFloat(tensor("float32", [to - from, width], values.subarray(from * width, to * width)), type);
    const bound = (value: number | Float32Array) =>
      typeof value === "number" ? tensor(type, [], [value]) : flat(value, columns);
    const fixed = {
      [ascentNames.origin]: flat(origin, columns),
      [ascentNames.labels]: tensor("int32", [to - from], labels.subarray(from, to)),
      [ascentNames.budgets]: flat(budgets, 1),
      [ascentNames.lengths]: flat(lengths, 1),
      [ascentNames.lower]: bound(lower),
      [ascentNames.upper]: bound(upper),
    };
    let moved: Tensor = flat(x, columns);
    for (let call = 0; call < calls; call++) {
      moved = (await session.run({ ...fixed, [ascentNames.x]: moved }))[ascentNames.moved];
    }
    x.set(moved.data as Float32Array, from * columns);
  }
}

/** What the graph for a task depends on. */
export function kindOf({ norm, steps, lower, upper }: AscentTask): AscentKind {
  const sameBounds = typeof lower === "number" && typeof upper === "number";
  return { norm, steps: largestDivisor(steps, UNROLLED), sameBounds };
}

function largestDivisor(value: number, most: number): number {
  let divisor = Math.min(value, most);
  while (value % divisor !== 0) divisor--;
  return divisor;
}
