// Evasion points for a list of budgets, each starting where the smaller one ended.

import { type Dataset, denseRows, takeRows } from "../../data/dataset.ts";
import type { Domain } from "../../data/domain.ts";
import { stream } from "../../random.ts";
import type { FloatType, Tensor } from "../../tensor.ts";
import type { ThreatModel } from "../../threat/threat.ts";
import type { Attack, Points } from "../attack.ts";
import { cleanRows } from "../cleanRows.ts";
import { pointsOf } from "../latePoints.ts";
import { type Objective, objectives } from "../objective.ts";
import { runAttack } from "../run.ts";
import type { AttackResult, RuleOutcome } from "../task.ts";
import { type AttackedModel, affineAttack } from "./affine.ts";
import { isClearlyBetter } from "./clearlyBetter.ts";
import { lineSearchAttack } from "./lineSearch.ts";

/** Points to attack on a model, or on several at once, at each of some budgets. */
export interface CraftTask extends AttackedModel {
  /** Further models of the same classes: the mean of all margins is raised. */
  readonly others?: readonly AttackedModel[];
  readonly x: Tensor<FloatType>;
  readonly labels: Int32Array;
  /** Everything of the threat but its budget. */
  readonly threat: ThreatModel;
  readonly epsilons: readonly number[];
  /** The class each point should end in; where absent, any other than its own. */
  readonly targets?: Int32Array;
  /** What the attack climbs; the margin where absent. */
  readonly objective?: Objective;
  /** The attack; where absent the strongest there is (`strongestAttack`). */
  readonly attack?: Attack;
  /** The strongest there is, where it is known already. */
  readonly strongest?: Strongest;
  /** Whether the attack begins each budget at the point itself rather than at the solution of the smaller budget. */
  readonly fromOrigin?: boolean;
  /**
   * The clean rows that the attacker has. Starting points of other classes are drawn from them, unless each budget
   * begins at the point itself; without them there is no second start.
   */
  readonly pool?: Dataset;
  /** The shape of one point where the models take it in another (`AttackTask.shape`). */
  readonly shape?: readonly number[];
  readonly seed: number;
  /** What the random streams of each point are named by, for parts of a larger set; its position where absent. */
  readonly ids?: Int32Array;
  onProgress?(done: number): void;
}

/** What attacks are made of where none is named. */
export interface Strongest {
  readonly attack: Attack;
  /** Whether it finds the optimum from any start. */
  readonly isExact: boolean;
}

/**
 * The strongest attack of any norm: the optimum where margins of affine scores are climbed, else the paper's line
 * search.
 */
export async function strongestAttack(
  models: readonly AttackedModel[],
  domain: Domain,
  isTargeted: boolean,
  objective = objectives.margin,
): Promise<Strongest> {
  const exact = objective === objectives.margin ? await affineAttack(models, domain, isTargeted) : undefined;
  return { attack: exact ?? lineSearchAttack(), isExact: exact !== undefined };
}

/**
 * Attacks each point at each budget; one result per budget, in the order given.
 *
 * Budgets are taken in ascending order, each starting from the solution of the one before, so that the white-box
 * error never falls as the budget grows. An objective may have several local optima: unless the attack is exact, a
 * second one starts from a random point of another class, projected, and is kept where clearly better. Where another
 * objective than the margin is climbed, points may be judged worse at a larger budget.
 *
 * Source: Demontis et al. 2019, section 3.1 (Algorithm 1 and its initialisation).
 *
 * @example
 * ```ts
 * import { craftEvasion, dataset, denseRows, fit, l2, learnerByName, openModel, runtimeFrom, tensor } from
 * "@carom/core"; import * as ort from "onnxruntime-node";
 *
 * const runtime = runtimeFrom(ort);
 * const data = dataset({ features: tensor("float32", [4, 1], [0, 1, 9, 10]), labels: [0, 0, 1, 1] });
 * const { model } = await fit(learnerByName("logistic"), data, { runtime, seed: 0, stream: "example" });
 * const opened = (await openModel(runtime, model)).differentiable!;
 * const results = await craftEvasion({
 *   model,
 *   opened,
 *   x: denseRows(data),
 *   labels: data.labels,
 *   threat: { norm: l2, domain: data.domain },
 *   epsilons: [1, 9],
 *   seed: 0,
 * });
 * console.log(results.map(({ objective }) => objective.filter((margin) => margin > 0).length)); // [ 0, 4 ]
 * ```
 */
export async function craftEvasion(task: CraftTask): Promise<readonly AttackResult[]> {
  const { epsilons, labels, x } = task;
  const all = [task, ...(task.others ?? [])];
  const models = all.map(({ opened }) => opened);
  const { attack, isExact } = task.attack
    ? { attack: task.attack, isExact: false }
    : (task.strongest ?? (await strongestAttack(all, task.threat.domain, task.targets !== undefined, task.objective)));
  const other = isExact || task.fromOrigin || !task.pool ? undefined : startsOfOtherClasses(task, task.pool);
  const { seed, targets, ids, objective, shape, pool } = task;
  const given = {
    ...{ models, x, labels, seed },
    ...(targets && { targets }),
    ...(ids && { ids }),
    ...(objective && { objective }),
    ...(shape && { shape }),
    ...(pool && { clean: cleanRows(pool) }),
  };
  const order = epsilons.map((_, i) => i).sort((a, b) => epsilons[a] - epsilons[b]);
  const results: AttackResult[] = [];
  let previous: Points | undefined;
  for (const [done, i] of order.entries()) {
    const threat = { ...task.threat, epsilon: epsilons[i] };
    const common = { ...given, threat };
    const first = await runAttack(attack, previous && !task.fromOrigin ? { ...common, start: previous } : common);
    const second = other && (await runAttack(attack, { ...common, start: other }));
    results[i] = second ? betterOf(first, second) : first;
    previous = pointsOf(results[i].points);
    task.onProgress?.((done + 1) / order.length);
  }
  return results;
}

/** For each point a random row of the pool with another label; every point has a stream of its own. */
function startsOfOtherClasses({ labels, seed, ids }: CraftTask, pool: Dataset): Points {
  const candidates = pool.classNames.map((_, label) =>
    Int32Array.from(pool.labels.keys()).filter((row) => pool.labels[row] !== label),
  );
  const chosen = labels.map((label, i) => {
    const rows = candidates[label];
    return rows[stream(seed, "start", ids?.[i] ?? i).integer(rows.length)];
  });
  return pointsOf(denseRows(takeRows(pool, chosen)));
}

/** Of two results the one that is clearly better, else the first, point by point. */
function betterOf(a: AttackResult, b: AttackResult): AttackResult {
  const points = a.points.data.slice();
  const objective = a.objective.slice();
  const size = a.size.slice();
  const width = points.length / objective.length;
  objective.forEach((value, i) => {
    if (!isClearlyBetter(b.objective[i], value)) return;
    points.set(b.points.data.subarray(i * width, (i + 1) * width), i * width);
    objective[i] = b.objective[i];
    size[i] = b.size[i];
  });
  return {
    points: { ...a.points, data: points },
    objective,
    size,
    nonFinite: a.nonFinite.map((flag, i) => flag | b.nonFinite[i]),
    ...(a.rules && b.rules && { rules: bothOf(a.rules, b.rules, objective) }),
    iterations: a.iterations + b.iterations,
    queries: {
      scores: a.queries.scores + b.queries.scores,
      gradients: a.queries.gradients + b.queries.gradients,
    },
  };
}

/** A point that reaches its goal from one start, within the rules, is not wrong but invalid from the other. */
function bothOf(a: RuleOutcome, b: RuleOutcome, objective: Float64Array): RuleOutcome {
  const either = (part: keyof RuleOutcome) => a[part].map((flag, i) => flag | b[part][i]);
  const invalid = either("invalid");
  const brokenSuccess = either("brokenSuccess").map((flag, i) => (objective[i] > 0 && invalid[i] === 0 ? 0 : flag));
  return { broken: either("broken"), brokenSuccess, invalid };
}
