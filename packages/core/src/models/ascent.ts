// Points moved by steps of projected gradient ascent, some rows at a time.

import { addScaled, type Vector } from "../linalg.ts";
import { type FloatType, type Tensor, tensor, toFloat } from "../tensor.ts";
import { type AscentKind, type AscentNorm, ascentNames } from "./ascentGraph.ts";
import { type Batch, inBatches } from "./batches.ts";
import type { Limits } from "./limits.ts";
import type { Session } from "./runtime.ts";

/**
 * Points to be moved by steps x <- project(x + length steepest(margin's gradient)), each given by its move from the
 * center of its ball in units of the radius: x = origin + budget move. Arrays of N D values are of the type that the
 * model takes.
 */
export interface AscentTask {
  readonly norm: AscentNorm;
  /** How many steps to take. */
  readonly steps: number;
  /** Where the points are, N D moves. */
  readonly moves: Vector;
  /** The centers of the balls, inside the bounds, N D values. */
  readonly origin: Vector;
  readonly labels: Int32Array;
  /** N radii of the balls. */
  readonly budgets: Float64Array;
  /** The length of a step in radii; where negative, the margin descends. */
  readonly length: number;
  /** Bounds of the moves, N D values up to 0 and from 0 on; under Linf those of the ball are among them. */
  readonly lower: Vector;
  readonly upper: Vector;
}

/** Where the steps of a task ended. */
export interface AscentResult {
  /** N D moves, in memory of their own. */
  readonly moved: Vector;
  /** The rows that met a gradient that is not finite, which are left where they were. */
  readonly left: Int32Array;
}

const isHeavy = ({ rows, isFixed }: Batch, { ascent }: Limits) => isFixed || rows < ascent.heavy;

/** Takes all steps with some rows (`ascentNames`): returns their moves, and for each a check that is finite or not. */
export type Steps = (part: Readonly<Record<string, Tensor>>) => Promise<readonly [Tensor, Tensor]>;

/** Takes the steps, all of them for some rows before the next ones. */
export async function runAscent(steps: Steps, type: FloatType, batch: Batch, task: AscentTask): Promise<AscentResult> {
  const { moves, labels } = task;
  const n = labels.length;
  const columns = moves.length / Math.max(1, n);
  const flat = (values: Vector) => tensor(type, [n, columns], values);
  const rows: Record<string, Tensor> = {
    [ascentNames.moves]: flat(moves),
    [ascentNames.origin]: flat(task.origin),
    [ascentNames.labels]: tensor("int32", [n], labels),
    [ascentNames.budgets]: toFloat(tensor("float64", [n, 1], task.budgets), type),
    [ascentNames.lower]: flat(task.lower),
    [ascentNames.upper]: flat(task.upper),
  };
  const [moved, check] = await inBatches(rows, batch, steps);
  const results = moved.data as Vector;
  const left = Int32Array.from(labels.keys()).filter((i) => !Number.isFinite((check.data as Vector)[i]));
  for (const i of left) results.set(moves.subarray(i * columns, (i + 1) * columns), i * columns);
  return { moved: results, left };
}

/** The steps of a graph of them, called until all are taken. */
export function graphSteps(session: Session, task: AscentTask, { steps, loops }: AscentKind): Steps {
  const calls = loops ? 1 : task.steps / steps;
  const times = loops && { [ascentNames.steps]: tensor("int64", [], [task.steps]) };
  return async (part) => {
    let at = part[ascentNames.moves];
    const checks = new Float64Array(at.shape[0]);
    for (let call = 0; call < calls; call++) {
      const results = await session.run({ ...part, ...times, [ascentNames.moves]: at });
      at = results[ascentNames.moved];
      addScaled(checks, 1, results[ascentNames.check].data as Float32Array);
    }
    return [at, tensor("float64", [checks.length], checks)];
  };
}

/** As many rows for a graph of steps as stay in the cache from operator to operator, where the model is not heavy. */
export function batchOfSteps(batch: Batch, limits: Limits, columns: number): Batch {
  if (isHeavy(batch, limits)) return batch;
  return { ...batch, rows: Math.max(1, Math.min(batch.rows, Math.floor(limits.ascent.values / columns))) };
}

/** What the graph for a task depends on. */
export function kindOf({ norm, steps, length }: AscentTask, batch: Batch, limits: Limits): AscentKind {
  const { loops, unrolled } = limits.ascent;
  return { norm, steps: loops || isHeavy(batch, limits) ? 1 : largestDivisor(steps, unrolled), length, loops };
}

function largestDivisor(value: number, most: number): number {
  let divisor = Math.min(value, most);
  while (value % divisor !== 0) divisor--;
  return divisor;
}
