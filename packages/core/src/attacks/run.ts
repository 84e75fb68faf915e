// Runs an attack under a threat model: the framework, not the attack, projects, measures and counts.

import { assert, InputError } from "../errors.ts";
import { distanceFrom, pullBack } from "../features/rules.ts";
import { addScaled } from "../linalg.ts";
import { lossesOf, marginsOf } from "../models/climbedLosses.ts";
import type { Differentiable } from "../models/open.ts";
import { stream } from "../random.ts";
import { allocate, type FloatType, gatherRows, rowSize, sizeOf, type Tensor, tensor } from "../tensor.ts";
import { normOfSteps } from "../threat/scaledNorm.ts";
import { type BudgetedThreat, budgetOf, checkThreat, usefulBudget } from "../threat/threat.ts";
import { admissible } from "./admissible.ts";
import { ascentOf } from "./ascend.ts";
import {
  type Attack,
  type AttackContext,
  type AttackState,
  type Gradients,
  type Points,
  type Rows,
  rowOf,
  takePoints,
} from "./attack.ts";
import type { CleanRows } from "./cleanRows.ts";
import { madeFinite } from "./finite.ts";
import { LatePoints } from "./latePoints.ts";
import { type Objective, objectives } from "./objective.ts";
import { boundsOf } from "./withBounds.ts";

/** Bounds that nothing meets; their squares can be added up. */
const FAR = 1e140;

/** Points to attack on some models at one budget. */
export interface AttackTask {
  /** The models to attack at once; with several, the mean of their objectives is raised. */
  readonly models: readonly Differentiable[];
  /** The points to attack, inside the domain, and their true labels. */
  readonly x: Tensor<FloatType>;
  readonly labels: Int32Array;
  /** The shape of one point where the models take it in another, as images that they take as flat rows. */
  readonly shape?: readonly number[];
  /** Clean rows that the attacker has beside those. */
  readonly clean?: CleanRows;
  /** The class each point should end in; where absent, any other than its own. */
  readonly targets?: Int32Array;
  /** What the attack climbs; the margin where absent. What it reached is judged by the margin in any case. */
  readonly objective?: Objective;
  readonly threat: BudgetedThreat;
  /** Where to begin, projected first; the points themselves where absent. */
  readonly start?: Points;
  readonly seed: number;
  /** What the random stream of each point is named by, for parts of a larger set; its position where absent. */
  readonly ids?: Int32Array;
  /** Sees each iteration. */
  onState?(state: AttackState): void;
}

/** What became of points at one budget, measured by the framework and not by the attack. */
export interface AttackResult {
  /**
   * The attacked points in the type that the models take, float32 unless all take float64, inside ball and box up to
   * its rounding.
   */
  readonly points: Tensor<FloatType>;
  /**
   * What was reached, one per point, finite, whatever was climbed. Untargeted it is the margin: best other class minus
   * own class. Targeted it is the target class minus the best other. Positive means success.
   */
  readonly objective: Float64Array;
  /** Norm of each perturbation: of the points as they are returned, from those that were given. */
  readonly size: Float64Array;
  /**
   * 1 for each point that met a gradient, or scores, that are not finite: there the attack is weaker than elsewhere.
   */
  readonly nonFinite: Uint8Array;
  /** What became of the rules of a table; absent where there are none. */
  readonly rules?: RuleOutcome;
  readonly iterations: number;
  /** Rows of scores and of gradients that were asked for. */
  readonly queries: { readonly scores: number; readonly gradients: number };
}

/**
 * Which points broke the rules of their table when the attack returned them. They were put back, so what is returned
 * did not.
 */
export interface RuleOutcome {
  /** 1 for each point that broke a rule. */
  readonly broken: Uint8Array;
  /** 1 for each of them that had reached its goal and, put back, does not: wrong but invalid, and no success. */
  readonly brokenSuccess: Uint8Array;
  /** 1 for each point that breaks a rule as it is returned, since the row itself does: it is no success either. */
  readonly invalid: Uint8Array;
}

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
  const type: FloatType = models.every(({ inputType }) => inputType === "float64") ? "float64" : "float32";
  const withRows = (rows: number) => [rows, ...task.x.shape.slice(1)];
  // What models are shown is of no use after they answered.
  let shown = new Float32Array(0);
  const rowsOf = ({ rows, data }: Points): Tensor<FloatType> => {
    if (type === "float64") return tensor(type, withRows(rows), data);
    // Searches ask about several points of a row at once.
    if (shown.length < data.length) shown = new Float32Array(Math.max(data.length, given.data.length));
    const values = shown.subarray(0, data.length);
    values.set(data);
    return tensor(type, withRows(rows), values);
  };
  const queries = { scores: 0, gradients: 0 };
  const nonFinite = new Uint8Array(origin.rows);
  // A targeted attack climbs the negative of the loss of the class it wants.
  const sign = targets ? -1 : 1;
  const wanted = targets ?? labels;
  const wantedOf = (indices: Int32Array) => indices.map((i) => wanted[i]);
  const all = Int32Array.from({ length: origin.rows }, (_, i) => i);

  type Losses = (model: Differentiable, x: Tensor, labels: Int32Array) => Promise<Float64Array>;
  const meanOf = async (losses: Losses, x: Tensor, indices: Int32Array) => {
    queries.scores += indices.length * models.length;
    const sum = new Float64Array(indices.length);
    for (const model of models) addScaled(sum, sign / models.length, await losses(model, x, wantedOf(indices)));
    return sum.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value));
  };
  const objective = (points: Points, indices: Int32Array) =>
    meanOf((model, x, labels) => lossesOf(model, climbed.value, x, labels), rowsOf(points), indices);
  const gradientOf = (models: readonly Differentiable[]) => async (points: Points, indices: Int32Array) => {
    queries.gradients += points.rows * models.length;
    const x = rowsOf(points);
    const ofModel = async (model: Differentiable) =>
      (await model.inputGradient(climbed.gradient, x, wantedOf(indices))).gradient.data;
    const data = await ofModel(models[0]);
    for (const model of models.slice(1)) addScaled(data, 1, await ofModel(model));
    const share = sign / models.length;
    if (share !== 1) for (let at = 0; at < data.length; at++) data[at] *= share;
    const all: Gradients = { ...points, data };
    indices.forEach((i, row) => {
      if (madeFinite(rowOf(all, row))) nonFinite[i] = 1;
    });
    if (rules) pullBack(rules, points, all);
    return all;
  };
  const { project, clip, isInside, settle, isValid, moving } = admissible(threat, given, type);
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
      ? ascentOf({ models, threat, given, origin, labels: wanted, sign, budgets, type })
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
    objective,
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
  const found = tensor(type, withRows(origin.rows), allocate(type, given.data.length));
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
    return meanOf(marginsOf, indices === all ? found : gatherRows(found, indices), indices);
  };
  const reached = await finish(points, all, false);
  ascent?.end();
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
  const outcome = rules && {
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
    nonFinite,
    ...(outcome && { rules: outcome }),
    iterations: iteration,
    queries,
  };

  function startOf(): Points {
    // At the centers of the balls only the bounds can matter.
    if (!task.start && isInside()) return origin;
    const points = takePoints(task.start ?? origin, all);
    if (task.start) project(points, all);
    else clip(points, all);
    return points;
  }
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

/** Rows of a tensor as points: in the same memory where they are float64 already, else in none before they are read. */
export function pointsOf(x: Tensor<FloatType>): Points {
  const [rows, columns] = [x.shape[0], rowSize(x)];
  if (x.data instanceof Float64Array) return { rows, columns, data: x.data };
  return new LatePoints(rows, columns, (i, into) => into.set(x.data.subarray(i * columns, (i + 1) * columns)));
}
