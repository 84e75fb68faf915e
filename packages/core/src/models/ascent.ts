// Points moved by steps of projected gradient ascent, some rows at a time.

import { type FloatType, type Tensor, tensor, toFloat } from "../tensor.ts";
import { type AscentKind, type AscentNorm, ascentNames } from "./ascentGraph.ts";
import { type Batch, inBatches } from "./batches.ts";
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
 * Rows in a call, as memory allows, below which the model's own work outweighs all else in a step: a graph of several
 * steps then gains nothing, takes as many times longer to compile, and holds as many copies of the weights.
 */
const HEAVY = 64;

const isHeavy = ({ rows, isFixed }: Batch) => isFixed || rows < HEAVY;

/** Takes the steps, all of them for some rows before the next ones: so those rows stay in the cache. */
export async function runAscent(session: Session, type: FloatType, batch: Batch, task: AscentTask): Promise<void> {
  const { x, origin, labels, budgets, lengths, lower, upper } = task;
  const calls = task.steps / kindOf(task, batch).steps;
  const n = labels.length;
  const columns = x.length / Math.max(1, n);
  const flat = (values: Float32Array, width: number) => toFloat(tensor("float32", [n, width], values), type);
  const single: Record<string, Tensor> = {};
  const rows: Record<string, Tensor> = {
    [ascentNames.x]: flat(x, columns),
    [ascentNames.origin]: flat(origin, columns),
    [ascentNames.labels]: tensor("int32", [n], labels),
    [ascentNames.budgets]: flat(budgets, 1),
    [ascentNames.lengths]: flat(lengths, 1),
  };
  const bounds = [
    [ascentNames.lower, lower],
    [ascentNames.upper, upper],
  ] as const;
  for (const [name, bound] of bounds) {
    if (typeof bound === "number") single[name] = tensor(type, [], [bound]);
    else rows[name] = flat(bound, columns);
  }
  const most = isHeavy(batch) ? batch.rows : Math.max(1, Math.min(batch.rows, Math.floor(CALL / columns)));
  const [moved] = await inBatches(rows, { ...batch, rows: most }, async (part) => {
    let at = part[ascentNames.x];
    for (let call = 0; call < calls; call++) {
      at = (await session.run({ ...part, ...single, [ascentNames.x]: at }))[ascentNames.moved];
    }
    return [at];
  });
  x.set(moved.data as Float32Array);
}

/** What the graph for a task depends on. */
export function kindOf({ norm, steps, lower, upper }: AscentTask, batch: Batch): AscentKind {
  const sameBounds = typeof lower === "number" && typeof upper === "number";
  return { norm, steps: isHeavy(batch) ? 1 : largestDivisor(steps, UNROLLED), sameBounds };
}

function largestDivisor(value: number, most: number): number {
  let divisor = Math.min(value, most);
  while (value % divisor !== 0) divisor--;
  return divisor;
}
