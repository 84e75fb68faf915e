// Steps of projected ascent inside a model's graph, where there is one model and it has a form for the norm.

import type { Differentiable } from "../models/open.ts";
import { allocate, type FloatType } from "../tensor.ts";
import type { BudgetedThreat } from "../threat/threat.ts";
import type { AttackContext, Points } from "./attack.ts";
import { withBounds } from "./withBounds.ts";

interface Ascent {
  readonly models: readonly Differentiable[];
  readonly threat: BudgetedThreat;
  readonly origin: Points;
  /** The classes whose margins are climbed, or descended. */
  readonly labels: Int32Array;
  /** 1 where margins are to rise, -1 where they are to fall. */
  readonly sign: number;
  readonly budgets: Float64Array;
  /** The type that the model takes. */
  readonly type: FloatType;
}

/** The fast way of steps that an attack is given; undefined where there is none. */
export function ascentOf({ models, threat, origin, labels, sign, budgets, type }: Ascent): AttackContext["ascend"] {
  const [model] = models;
  const norm = threat.norm.name;
  if (models.length > 1 || !model.ascend || threat.norm.units || (norm !== "l2" && norm !== "linf")) return undefined;
  const ascendModel = model.ascend.bind(model);
  const eachWithin = withBounds(threat, origin);
  const { columns, data } = origin;
  const all = Int32Array.from(labels.keys());
  // The Linf ball is a box itself.
  const most = norm === "linf" ? 1 : Number.POSITIVE_INFINITY;
  const inType = () => {
    const [lower, upper, moves] = [data, data, data].map(({ length }) => allocate(type, length));
    eachWithin((_, from, least, greatest, i) => {
      if (budgets[i] === 0) return;
      for (let j = 0, at = i * columns; j < columns; j++, at++) {
        lower[at] = Math.min(0, Math.max(-most, (least[j] - from[j]) / budgets[i]));
        upper[at] = Math.max(0, Math.min(most, (greatest[j] - from[j]) / budgets[i]));
      }
    })(origin, all);
    const origins = allocate(type, data.length);
    origins.set(data);
    return { norm, origin: origins, labels, budgets, lower, upper, moves };
  };
  let task: ReturnType<typeof inType> | undefined;
  return async (points, stepSize, steps) => {
    task ??= inType();
    const { lower, upper, moves } = task;
    eachWithin((point, from, _, __, i) => {
      for (let j = 0; j < columns; j++) moves[i * columns + j] = budgets[i] > 0 ? (point[j] - from[j]) / budgets[i] : 0;
    })(points, all);
    const left = await ascendModel({ ...task, steps, length: sign * stepSize });
    eachWithin((point, from, least, greatest, i) => {
      for (let j = 0, at = i * columns; j < columns; j++, at++) {
        // Bounds were rounded as moves are, so that a move that ends at one is known by it.
        if (moves[at] === lower[at]) point[j] = Math.max(least[j], from[j] - budgets[i]);
        else if (moves[at] === upper[at]) point[j] = Math.min(greatest[j], from[j] + budgets[i]);
        else point[j] = from[j] + budgets[i] * moves[at];
      }
    })(points, all);
    return left;
  };
}
