// Where an attack's points end: projected, rounded to what can be held, measured, and put back where they may not stay.

import { allocate, type FloatType, gatherRows, type Tensor, tensor } from "../tensor.ts";
import type { Admissible } from "./admissible.ts";
import type { Asked } from "./asked.ts";
import { type Points, rowOf, takePoints } from "./attack.ts";
import { pointsOf } from "./latePoints.ts";
import type { AttackResult } from "./task.ts";

/** Where points may go, and where they began and come from. */
interface Ground {
  readonly admissible: Admissible;
  /** Whether rows have to satisfy rules. */
  readonly hasRules: boolean;
  readonly start: Points;
  readonly origin: Points;
}

/**
 * What became of the points in which an attack ended. A point of no number goes back to where it began; one that breaks
 * a rule does too, or if that breaks one to its row.
 */
export async function endedAt(
  points: Points,
  { admissible, hasRules, start, origin }: Ground,
  { type, shapeOf, margins, nonFinite }: Asked,
): Promise<Pick<AttackResult, "points" | "objective" | "size" | "rules">> {
  const { project, settle, isValid } = admissible;
  const all = Int32Array.from({ length: origin.rows }, (_, i) => i);
  const found: Tensor<FloatType> = tensor(type, shapeOf(origin.rows), allocate(type, origin.rows * origin.columns));
  const size = new Float64Array(origin.rows);
  /** Puts down what becomes of the rows of points that an attack may end in, and measures them there. */
  const finish = async (from: Points, indices: Int32Array, isProjected: boolean): Promise<Float64Array> => {
    for (const [block, chosen] of blocksOf(from, indices)) {
      if (!isProjected) project(chosen, block);
      const sizes = settle(chosen, block);
      for (let row = 0; row < block.length; row++) {
        size[block[row]] = sizes[row];
        if (indices !== all) found.data.set(rowOf(chosen, row), block[row] * origin.columns);
      }
      if (indices === all) found.data.set(chosen.data, block[0] * origin.columns);
    }
    return margins(indices === all ? found : gatherRows(found, indices), indices);
  };
  const reached = await finish(points, all, false);
  /** Moves some points elsewhere and measures them there. */
  const putBack = async (indices: Int32Array, from: Points) => {
    if (indices.length === 0) return;
    const values = await finish(from, indices, true);
    indices.forEach((i, row) => {
      reached[i] = values[row];
    });
  };
  const broken = (among: Int32Array) => {
    const flags = isValid(pointsOf(gatherRows(found, among)), among);
    return among.filter((_, row) => flags[row] === 0);
  };
  const outcome = hasRules && {
    broken: new Uint8Array(origin.rows),
    brokenSuccess: new Uint8Array(origin.rows),
    invalid: new Uint8Array(origin.rows),
  };
  if (outcome) {
    const first = broken(all);
    for (const i of first) {
      outcome.broken[i] = 1;
      outcome.brokenSuccess[i] = reached[i] > 0 ? 1 : 0;
    }
    await putBack(first, start);
    await putBack(broken(first), origin);
    for (const i of broken(first)) outcome.invalid[i] = 1;
    for (const i of first) if (reached[i] > 0 && outcome.invalid[i] === 0) outcome.brokenSuccess[i] = 0;
  }
  const lost = all.filter((i) => reached[i] === Number.NEGATIVE_INFINITY || Number.isNaN(size[i]));
  for (const i of lost) nonFinite[i] = 1;
  await putBack(lost, outcome ? origin : start);
  return {
    points: found,
    objective: reached.map((value) => Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE)),
    size,
    ...(outcome && { rules: outcome }),
  };
}

/** Numbers of a block of rows that stays in the processor's cache while something is done to it. */
const BLOCK = 2 ** 15;

/** Copies of the chosen rows, some at a time, in memory that the next ones take. */
function* blocksOf(points: Points, indices: Int32Array): Generator<readonly [Int32Array, Points]> {
  const rows = Math.max(1, Math.floor(BLOCK / points.columns));
  const memory = new Float64Array(Math.min(rows, indices.length) * points.columns);
  for (let from = 0; from < indices.length; from += rows) {
    const block = indices.subarray(from, from + rows);
    yield [block, takePoints(points, block, memory)];
  }
}
