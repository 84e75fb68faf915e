// Runs an attack under a threat model: the framework, not the attack, projects, measures and counts.

import { assert, InputError } from "../errors.ts";
import { distanceFrom } from "../features/rules.ts";
import type { Differentiable } from "../models/open.ts";
import { stream } from "../random.ts";
import { rowSize, sizeOf } from "../tensor.ts";
import { normOfSteps } from "../threat/scaledNorm.ts";
import { budgetOf, checkThreat, usefulBudget } from "../threat/threat.ts";
import { admissible } from "./admissible.ts";
import { ascentOf } from "./ascend.ts";
import { askedOf } from "./asked.ts";
import { type Attack, type AttackContext, type Points, type Rows, rowOf, takePoints } from "./attack.ts";
import { endedAt } from "./ended.ts";
import { pointsOf } from "./latePoints.ts";
import { objectives } from "./objective.ts";
import type { AttackResult, AttackTask } from "./task.ts";
import { boundsOf } from "./withBounds.ts";

/** Bounds that nothing meets; their squares can be added up. */
const FAR = 1e140;

/**
 * Runs an attack.
 *
 * Whatever the attack returns is projected on the admissible set, rounded to what features and models can hold,
 * measured and judged here, so that no attack can leave its budget or misstate its success. Slopes that are not finite
 * are replaced (`madeFinite`), scores that give no number are worth less than any; a point that ends on such goes back
 * to where it began, and where even that has no number its objective is the least there is. A point that breaks a rule
 * of its table goes back to where it began, or if that breaks one to its row, and counts for what it is there.
 *
 * @throws InputError where the threat model does not fit the points.
 *
 * @example
 * ```ts
 * import { dataset, denseRows, fit, learnerByName, linf, openModel, runAttack, runtimeFrom, tensor } from
 * "@carom/core"; import { pgdAttack } from "@carom/core/attacks"; import * as ort from "onnxruntime-node";
 *
 * const runtime = runtimeFrom(ort);
 * const data = dataset({ features: tensor("float32", [4, 1], [0, 1, 9, 10]), labels: [0, 0, 1, 1] });
 * const { model } = await fit(learnerByName("logistic"), data, { runtime, seed: 0, stream: "example" });
 * const { points, size } = await runAttack(pgdAttack({ steps: 4, stepSize: 0.5 }), {
 *   models: [(await openModel(runtime, model)).differentiable!],
 *   x: denseRows(data),
 *   labels: data.labels,
 *   threat: { norm: linf, domain: data.domain, epsilon: 2 },
 *   seed: 0,
 * });
 * console.log([...points.data], [...size]); // [ 2, 3, 7, 8 ] [ 2, 2, 2, 2 ]
 * ```
 */
export async function runAttack(attack: Attack, task: AttackTask): Promise<AttackResult> {
  const { labels, targets, threat, models, objective: climbed = objectives.margin } = task;
  const given: Rows = { rows: task.x.shape[0], columns: rowSize(task.x), data: task.x.data };
  const origin = pointsOf(task.x);
  const { rules } = threat;
  checkThreat(threat, origin.columns);
  assert(labels.length === origin.rows && models.length > 0, "one label per point, and a model");
  assert(!task.shape || sizeOf(task.shape) === origin.columns, "the shape of one point has its size");
  assert(typeof threat.epsilon === "number" || threat.epsilon.length === origin.rows, "one budget per point");
  if (targets) checkTargets(targets, models);
  const asked = askedOf(task);
  const { type, sign, queries, gradientOf } = asked;
  const all = Int32Array.from({ length: origin.rows }, (_, i) => i);
  const ground = admissible(threat, given, type);
  const { project, clip, isInside, settle, isValid, moving } = ground;
  const steps = normOfSteps(threat.norm);
  const [budgets, limits] = [0, 1].map(() => new Float64Array(origin.rows));
  const bounds = boundsOf(threat, given);
  for (const i of all) {
    const { lower, upper } = bounds(i);
    const from = rowOf(given, i);
    limits[i] = usefulBudget(threat.norm, budgetOf(threat, i), from, lower, upper);
    budgets[i] = steps === threat.norm ? limits[i] : usefulBudget(steps, Number.POSITIVE_INFINITY, from, lower, upper);
  }

  const start = startOf();
  const ascent =
    climbed.gradient === "margin" && !rules
      ? ascentOf({ models, threat, given, origin, labels: asked.wanted, sign, budgets, type })
      : undefined;
  const { units } = threat.norm;
  const context: AttackContext = {
    watched: task.onState !== undefined,
    origin,
    ...(models.length > 1 && { members: models.map((model) => ({ gradient: gradientOf([model]) })) }),
    ...(models.length === 1 && models[0].trees && { trees: models[0].trees }),
    shape: task.shape ?? task.x.shape.slice(1),
    ...(units && { units }),
    corner: steps.measure(units ?? new Float64Array(origin.columns).fill(1)),
    labels,
    ...(targets && { targets }),
    ...(task.clean && { clean: task.clean }),
    start,
    budget: (i) => budgets[i],
    limit: (i) => limits[i],
    isConvex: !threat.norm.counts,
    objective: asked.objective,
    gradient: gradientOf(models),
    project,
    clip,
    settle,
    isValid,
    moving,
    ...(rules && rules.relations.length > 0 && { violation: (points: Points) => distanceFrom(rules, points) }),
    steepest(gradients) {
      for (let row = 0; row < gradients.rows; row++) threat.norm.steepest(rowOf(gradients, row));
    },
    withinBudget(moves, length) {
      const [zero, low, high] = [0, -FAR, FAR].map((value) => new Float64Array(origin.columns).fill(value));
      for (let row = 0; row < moves.rows; row++) threat.norm.project(rowOf(moves, row), zero, length, low, high);
    },
    unitLength(directions) {
      for (let row = 0; row < directions.rows; row++) {
        const direction = rowOf(directions, row);
        // As a gradient it would be multiplied by the units twice.
        if (units) for (let j = 0; j < direction.length; j++) direction[j] = units[j] > 0 ? direction[j] / units[j] : 0;
        threat.norm.steepest(direction);
      }
    },
    ...(ascent && {
      async ascend(points, stepSize, steps) {
        queries.gradients += steps * points.rows;
        const ascended = await ascent.ascend(points, stepSize, steps);
        // Who watches may keep what it is shown: it is computed before the memory has other uses.
        if (task.onState) void ascended.points.data;
        return ascended;
      },
    }),
    random: (index, ...labels) => stream(task.seed, "attack", task.ids?.[index] ?? index, ...labels),
  };
  const states = attack(context);
  let next = await states.next();
  while (!next.done) {
    task.onState?.(next.value);
    next = await states.next();
  }
  const { points, iteration } = next.value;
  const ended = await endedAt(points, { admissible: ground, hasRules: rules !== undefined, start, origin }, asked);
  ascent?.end();
  return { ...ended, nonFinite: asked.nonFinite, iterations: iteration, queries };

  function startOf(): Points {
    // At the centers of the balls only the bounds can matter.
    if (!task.start && isInside()) return origin;
    const points = takePoints(task.start ?? origin, all);
    if (task.start) project(points, all);
    else clip(points, all);
    return points;
  }
}

function checkTargets(targets: Int32Array, models: readonly Differentiable[]): void {
  const classes = Math.min(...models.map((model) => model.classes));
  const stranger = targets.find((target) => target < 0 || target >= classes);
  if (stranger === undefined) return;
  throw new InputError("unknown", `target class ${stranger}`, {
    expected: `one of 0 to ${classes - 1}, as the model has ${classes} scores`,
    got: `${stranger}`,
    remedy: "choose a class that the model knows",
  });
}
