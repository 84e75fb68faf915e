// The smallest budget at which a model errs, for each point by itself (paper, Fig. 9).

import type { Dataset } from "../../data/dataset.ts";
import type { Differentiable } from "../../models/open.ts";
import { type FloatType, gatherRows, type Tensor, tensor, toFloat } from "../../tensor.ts";
import { type ThreatModel, usefulBudget } from "../../threat/threat.ts";
import { type Attack, type Points, rowOf, takePoints } from "../attack.ts";
import { cleanRows } from "../cleanRows.ts";
import { pointsOf } from "../latePoints.ts";
import type { Objective } from "../objective.ts";
import { runAttack } from "../run.ts";
import { withBounds } from "../withBounds.ts";

/** Points of which the smallest budget that misleads the models is sought. */
export interface MinimumTask {
  readonly attack: Attack;
  readonly models: readonly Differentiable[];
  readonly x: Tensor<FloatType>;
  readonly labels: Int32Array;
  /** The class each point should end in; where absent, any other than its own. */
  readonly targets?: Int32Array;
  /** What the attack climbs; the margin where absent. */
  readonly objective?: Objective;
  /** The clean rows that the attacker has. */
  readonly pool?: Dataset;
  /** The shape of one point where the models take it in another (`AttackTask.shape`). */
  readonly shape?: readonly number[];
  /** Everything of the threat but its budget, which is what is looked for. */
  readonly threat: ThreatModel;
  readonly seed: number;
  /** What the random streams of each point are named by, for parts of a larger set; its position where absent. */
  readonly ids?: Int32Array;
  /** The bracket around each answer is at most this share of it wide. */
  readonly tolerance?: number;
  /** Whether nobody asks for gradients, as models may have none: then no first budget follows from them. */
  readonly byScores?: boolean;
  /** Told the share of points that are decided. */
  onProgress?(done: number): void;
}

/** The smallest budget found for each point, and where it leads. */
export interface MinimumResult {
  /** N budgets: 0 where the model errs already, Infinity where no budget was found to suffice. */
  readonly epsilon: Float64Array;
  /** The points at those budgets, on which the model errs; the original ones where none was found. */
  readonly points: Tensor<FloatType>;
  /** The objective there, positive where the model errs. */
  readonly objective: Float64Array;
  /** 1 for each point that met a gradient, or scores, that are not finite. */
  readonly nonFinite: Uint8Array;
  readonly queries: { readonly scores: number; readonly gradients: number };
}

/**
 * Searches for each point the smallest budget at which the attack makes the objective positive.
 *
 * The first budget is what would do if the objective rose at the rate of its gradient, -objective / ||gradient||_*, and
 * without gradients the whole box.
 * It is doubled until the attack succeeds or the budget holds the whole box, then the bracket is bisected. Each attack
 * starts from the nearest solution known. Every budget returned is one at which a point was found on which the model
 * errs, as the model itself says; that none below it would do is as certain as the attack is strong.
 *
 * @throws InputError where the threat model does not fit the points.
 *
 * @example
 * ```ts
 * import { dataset, denseRows, fit, l2, learnerByName, minimumEpsilon, openModel, runtimeFrom, tensor } from
 * "@carom/core"; import { lineSearchAttack } from "@carom/core/attacks"; import * as ort from "onnxruntime-node";
 *
 * const runtime = runtimeFrom(ort);
 * const data = dataset({ features: tensor("float32", [4, 1], [0, 2, 8, 10]), labels: [0, 0, 1, 1] });
 * const { model } = await fit(learnerByName("logistic"), data, { runtime, seed: 0, stream: "example" });
 * const { epsilon } = await minimumEpsilon({
 *   attack: lineSearchAttack(),
 *   models: [(await openModel(runtime, model)).differentiable!],
 *   x: denseRows(data),
 *   labels: data.labels,
 *   threat: { norm: l2, domain: data.domain },
 *   seed: 0,
 * });
 * // The boundary is half-way between the classes.
 * console.log([...epsilon].map((each) => each.toFixed(1))); // [ '5.0', '3.0', '3.0', '5.0' ]
 * ```
 */
export async function minimumEpsilon(task: MinimumTask): Promise<MinimumResult> {
  const { attack, models, x, labels, targets, threat, seed, ids, tolerance = 1e-3 } = task;
  const n = labels.length;
  const found = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const low = new Float64Array(n);
  const queries = { scores: 0, gradients: 0 };
  const origin = pointsOf(x);
  const points: Points = { ...origin, data: origin.data.slice() };
  // Where the next attack starts: the best solution of a budget that failed, or else of the least that did not.
  const starts: Points = { ...origin, data: origin.data.slice() };
  const reach = new Float64Array(n);
  withBounds(
    threat,
    origin,
  )((_, from, lower, upper, i) => {
    reach[i] = usefulBudget(threat.norm, Number.POSITIVE_INFINITY, from, lower, upper);
  })(origin, Int32Array.from(reach.keys()));
  const nonFinite = new Uint8Array(n);

  const attempt = async (which: Attack, rows: Int32Array, epsilon: Float64Array) => {
    const result = await runAttack(which, {
      models,
      x: gatherRows(x, rows),
      labels: rows.map((i) => labels[i]),
      ...(targets && { targets: rows.map((i) => targets[i]) }),
      ...(task.shape && { shape: task.shape }),
      ...(task.pool && { clean: cleanRows(task.pool) }),
      // Margins say how far it is to the boundary.
      ...(which === attack && task.objective && { objective: task.objective }),
      threat: { ...threat, epsilon },
      start: takePoints(starts, rows),
      seed,
      ids: ids ? rows.map((i) => ids[i]) : rows,
    });
    queries.scores += result.queries.scores;
    queries.gradients += result.queries.gradients;
    rows.forEach((i, row) => {
      nonFinite[i] |= result.nonFinite[row];
    });
    return result;
  };

  const everyRow = Int32Array.from({ length: n }, (_, i) => i);
  const rates = new Float64Array(n);
  const probe: Attack = async function* (context) {
    const gradient = task.byScores ? undefined : await context.gradient(context.start, everyRow);
    if (gradient) for (let i = 0; i < n; i++) rates[i] = threat.norm.dual(rowOf(gradient, i));
    const state = { iteration: 1, points: context.start, objective: new Float64Array(n), active: 0 };
    yield state;
    return state;
  };
  const probed = await attempt(probe, everyRow, new Float64Array(n));
  const { objective } = probed;
  // Numbers of features are whole.
  const isCount = threat.norm.counts;
  const budgetOf = (epsilon: number) => (isCount ? Math.ceil(epsilon) : epsilon);
  const trial = objective.map((value, i) =>
    rates[i] > 0 ? Math.min(reach[i], budgetOf(Math.max(-value / rates[i], SMALLEST * reach[i]))) : reach[i],
  );
  let open = everyRow.filter((i) => {
    if (objective[i] > 0) found[i] = 0;
    return objective[i] <= 0 && reach[i] > 0;
  });
  while (open.length > 0) {
    const result = await attempt(
      attack,
      open,
      Float64Array.from(open, (i) => trial[i]),
    );
    const reached = pointsOf(result.points);
    open.forEach((i, row) => {
      const isHit = result.objective[row] > 0;
      if (isHit) {
        // The attack may have needed less than it was allowed.
        found[i] = Math.min(trial[i], result.size[row]);
        objective[i] = result.objective[row];
        rowOf(points, i).set(rowOf(reached, row));
      } else low[i] = trial[i];
      rowOf(starts, i).set(rowOf(reached, row));
      trial[i] =
        found[i] < Number.POSITIVE_INFINITY ? budgetOf((low[i] + found[i]) / 2) : Math.min(2 * trial[i], reach[i]);
    });
    open = open.filter((i) =>
      found[i] < Number.POSITIVE_INFINITY
        ? found[i] - low[i] > (isCount ? 1 : tolerance * found[i])
        : low[i] < reach[i],
    );
    task.onProgress?.(1 - open.length / n);
  }
  const ended = toFloat(tensor("float64", x.shape, points.data), probed.points.type);
  return { epsilon: found, points: ended, objective, nonFinite, queries };
}

/** The first budget is at least this share of the largest useful one. */
const SMALLEST = 1e-4;
