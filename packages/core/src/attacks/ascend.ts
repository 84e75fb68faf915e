// Steps of projected ascent inside a model's graph, where there is one model and it has a form for the norm.

import type { Vector } from "../linalg.ts";
import type { Differentiable } from "../models/open.ts";
import { type FloatType, tensor, toFloat } from "../tensor.ts";
import type { BudgetedThreat } from "../threat/threat.ts";
import type { AttackContext, Points, Rows } from "./attack.ts";
import { LatePoints } from "./latePoints.ts";
import { boundsOf } from "./withBounds.ts";
import { borrowNumbers, giveBackNumbers } from "./workingMemory.ts";

interface Ascent {
  readonly models: readonly Differentiable[];
  readonly threat: BudgetedThreat;
  /** The original points. */
  readonly given: Rows;
  /** Where attacks begin that begin there. */
  readonly origin: Points;
  /** The classes whose margins are climbed, or descended. */
  readonly labels: Int32Array;
  /** 1 where margins are to rise, -1 where they are to fall. */
  readonly sign: number;
  readonly budgets: Float64Array;
  /** The type that the model takes. */
  readonly type: FloatType;
}

interface OwnedAscent {
  readonly ascend: NonNullable<AttackContext["ascend"]>;
  /** Gives its memory back: points that it returned cannot be read any more. */
  end(): void;
}

/** The fast way of steps that an attack is given; undefined where there is none. */
export function ascentOf({
  models,
  threat,
  given,
  origin,
  labels,
  sign,
  budgets,
  type,
}: Ascent): OwnedAscent | undefined {
  const [model] = models;
  const norm = threat.norm.name;
  if (models.length > 1 || !model.ascend || threat.norm.units || (norm !== "l2" && norm !== "linf")) return undefined;
  const ascendModel = model.ascend.bind(model);
  const bounds = boundsOf(threat, given);
  const { rows, columns, data: centers } = given;
  // The Linf ball is a box itself.
  const most = norm === "linf" ? 1 : Number.POSITIVE_INFINITY;
  const inType = () => {
    const [least, greatest, moves] = [0, 1, 2].map(() => borrowNumbers(type, centers.length));
    for (let i = 0; i < rows; i++) {
      const { lower, upper } = bounds(i);
      if (budgets[i] > 0) boundMoves(least, greatest, i * columns, centers, budgets[i], most, lower, upper);
      else for (const bound of [least, greatest]) bound.fill(0, i * columns, (i + 1) * columns);
    }
    const { data } = toFloat(tensor(typeOf(centers), [rows, columns], centers), type);
    return { norm, origin: data, labels, budgets, lower: least, upper: greatest, moves };
  };
  let task: ReturnType<typeof inType> | undefined;
  const ascend: OwnedAscent["ascend"] = async (points, stepSize, steps) => {
    task ??= inType();
    const { lower: least, upper: greatest, moves } = task;
    if (points === origin) moves.fill(0);
    else for (let i = 0; i < rows; i++) writeMoves(moves, i * columns, columns, points.data, centers, budgets[i]);
    const { moved, left } = await ascendModel({ ...task, steps, length: sign * stepSize });
    const follow = (i: number, into: Float64Array) => {
      const { lower, upper } = bounds(i);
      followMoves(into, i * columns, centers, budgets[i], moved, least, greatest, lower, upper);
    };
    return { points: new LatePoints(rows, columns, follow), left };
  };
  return {
    ascend,
    end() {
      if (task) giveBackNumbers(task.lower, task.upper, task.moves);
      task = undefined;
    },
  };
}

const typeOf = (values: Vector): FloatType => (values instanceof Float64Array ? "float64" : "float32");

// Row by row, in functions of their own: what is called often is compiled well, as loops inside of long functions are
// not.

/** Writes the bounds of one row's moves in units of the budget, of which a ball that is a box allows `most`. */
function boundMoves(
  least: Vector,
  greatest: Vector,
  from: number,
  centers: Vector,
  budget: number,
  most: number,
  lower: Float64Array,
  upper: Float64Array,
): void {
  const reach = most * budget;
  for (let j = 0, at = from; j < lower.length; j++, at++) {
    const down = lower[j] - centers[at];
    const up = upper[j] - centers[at];
    // Whether the box ends before the ball, which nobody can foresee, is written as arithmetic.
    const isLow = Number(down > -reach);
    const isHigh = Number(up < reach);
    least[at] = down < 0 ? (isLow * down) / budget - (1 - isLow) : 0;
    greatest[at] = up > 0 ? (isHigh * up) / budget + (1 - isHigh) : 0;
  }
}

/** Writes how far one row is from its center in units of the budget. */
function writeMoves(
  moves: Vector,
  from: number,
  columns: number,
  data: Float64Array,
  centers: Vector,
  budget: number,
): void {
  for (let at = from; at < from + columns; at++) {
    const move = data[at] - centers[at];
    moves[at] = budget > 0 && move !== 0 ? move / budget : 0;
  }
}

/** Writes where the moves of one row, which begins at `from`, end. */
function followMoves(
  into: Float64Array,
  from: number,
  centers: Vector,
  budget: number,
  moves: Vector,
  least: Vector,
  greatest: Vector,
  lower: Float64Array,
  upper: Float64Array,
): void {
  for (let j = 0, at = from; j < lower.length; j++, at++) {
    const move = moves[at];
    const center = centers[at];
    const end = center + budget * move;
    // Bounds were rounded as moves are, so that a move that ends at one is known by it. Most end at the ball, in the
    // box, which needs nothing more; which way they go cannot be foreseen, so that there is one jump for all.
    const isLeast = Number(move === least[at]) & (Number(move > -1) | Number(end < lower[j]));
    const isGreatest = Number(move === greatest[at]) & (Number(move < 1) | Number(end > upper[j]));
    if (isLeast === 1) into[j] = Math.max(lower[j], center - budget);
    else if (isGreatest === 1) into[j] = Math.min(upper[j], center + budget);
    else into[j] = end;
  }
}
