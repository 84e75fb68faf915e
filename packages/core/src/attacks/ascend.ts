// Steps of projected ascent inside a model's graph, where there is one model and it has a form for the norm.

import type { Differentiable } from "../models/open.ts";
import { allocate, type FloatType, type Tensor, toFloat } from "../tensor.ts";
import type { BudgetedThreat } from "../threat/threat.ts";
import type { AttackContext, Points } from "./attack.ts";
import { boundsOf } from "./withBounds.ts";

interface Ascent {
  readonly models: readonly Differentiable[];
  readonly threat: BudgetedThreat;
  readonly origin: Points;
  /** The same as it was given, perhaps in the type that the model takes. */
  readonly given: Tensor<FloatType>;
  /** The classes whose margins are climbed, or descended. */
  readonly labels: Int32Array;
  /** 1 where margins are to rise, -1 where they are to fall. */
  readonly sign: number;
  readonly budgets: Float64Array;
  /** The type that the model takes. */
  readonly type: FloatType;
}

/** The fast way of steps that an attack is given; undefined where there is none. */
export function ascentOf({
  models,
  threat,
  origin,
  given,
  labels,
  sign,
  budgets,
  type,
}: Ascent): AttackContext["ascend"] {
  const [model] = models;
  const norm = threat.norm.name;
  if (models.length > 1 || !model.ascend || threat.norm.units || (norm !== "l2" && norm !== "linf")) return undefined;
  const ascendModel = model.ascend.bind(model);
  const bounds = boundsOf(threat, origin);
  const { rows, columns, data: centers } = origin;
  // The Linf ball is a box itself.
  const most = norm === "linf" ? 1 : Number.POSITIVE_INFINITY;
  const inType = () => {
    const [least, greatest, moves] = [centers, centers, centers].map(({ length }) => allocate(type, length));
    for (let i = 0; i < rows; i++) {
      const { lower, upper } = bounds(i);
      const budget = budgets[i];
      if (budget === 0) continue;
      // Where the ball ends before the box there is nothing to divide.
      const reach = most * budget;
      for (let j = 0, at = i * columns; j < columns; j++, at++) {
        const down = lower[j] - centers[at];
        const up = upper[j] - centers[at];
        least[at] = down <= -reach ? -most : down < 0 ? down / budget : 0;
        greatest[at] = up >= reach ? most : up > 0 ? up / budget : 0;
      }
    }
    return { norm, origin: toFloat(given, type).data, labels, budgets, lower: least, upper: greatest, moves };
  };
  let task: ReturnType<typeof inType> | undefined;
  return async ({ data }, stepSize, steps) => {
    task ??= inType();
    const { lower: least, upper: greatest, moves } = task;
    for (let i = 0, at = 0; i < rows; i++) {
      const budget = budgets[i];
      for (let j = 0; j < columns; j++, at++) {
        const move = data[at] - centers[at];
        moves[at] = budget > 0 && move !== 0 ? move / budget : 0;
      }
    }
    const left = await ascendModel({ ...task, steps, length: sign * stepSize });
    for (let i = 0, at = 0; i < rows; i++) {
      const { lower, upper } = bounds(i);
      const budget = budgets[i];
      for (let j = 0; j < columns; j++, at++) {
        const move = moves[at];
        // Bounds were rounded as moves are, so that a move that ends at one is known by it.
        if (move === least[at]) data[at] = Math.max(lower[j], centers[at] - budget);
        else if (move === greatest[at]) data[at] = Math.min(upper[j], centers[at] + budget);
        else data[at] = centers[at] + budget * move;
      }
    }
    return left;
  };
}
