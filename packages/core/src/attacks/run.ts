// Runs an attack under a threat model: the framework, not the attack, projects, measures and counts.

import { assert, InputError } from "../errors.ts";
import { marginsOf } from "../models/margins.ts";
import type { Differentiable } from "../models/open.ts";
import { stream } from "../random.ts";
import { type FloatType, rowSize, type Tensor, toFloat } from "../tensor.ts";
import {
  budgetOf,
  checkThreat,
  isDiscrete,
  isNarrowed,
  roundToGrid,
  type ThreatModel,
  writeBounds,
} from "../threat/threat.ts";
import { type Attack, type AttackContext, type AttackState, type Points, rowOf, takePoints } from "./attack.ts";

export interface AttackTask {
  /** The models to attack at once; with several, the mean of their margins is raised. */
  readonly models: readonly Differentiable[];
  /** The points to attack, inside the domain, and their true labels. */
  readonly x: Tensor<FloatType>;
  readonly labels: Int32Array;
  /** The class each point should end in; where absent, any other than its own. */
  readonly targets?: Int32Array;
  readonly threat: ThreatModel;
  /** Where to begin, projected first; the points themselves where absent. */
  readonly start?: Points;
  readonly seed: number;
  /** What the random stream of each point is named by, for parts of a larger set; its position where absent. */
  readonly ids?: Int32Array;
  /** Sees each iteration. */
  onState?(state: AttackState): void;
}

export interface AttackResult {
  /** The attacked points, as the model sees them (float32), inside ball and box up to rounding. */
  readonly points: Tensor<"float32">;
  /**
   * The objective reached, one per point. Untargeted it is the margin: best other class minus own class. Targeted it
   * is the target class minus the best other. Positive means success.
   */
  readonly objective: Float64Array;
  /** Norm of each perturbation. */
  readonly size: Float64Array;
  readonly iterations: number;
  /** Rows of scores and of gradients that were asked for. */
  readonly queries: { readonly scores: number; readonly gradients: number };
}

/**
 * Runs an attack.
 *
 * Whatever the attack returns is projected on the admissible set, rounded where features have a grid, measured and
 * judged here, so that no attack can leave its budget or misstate its success.
 *
 * @throws InputError where the threat model does not fit the points.
 */
export async function runAttack(attack: Attack, task: AttackTask): Promise<AttackResult> {
  const { labels, targets, threat, models } = task;
  const origin = pointsOf(task.x);
  checkThreat(threat, origin.columns);
  assert(labels.length === origin.rows && models.length > 0, "one label per point, and a model");
  assert(typeof threat.epsilon === "number" || threat.epsilon.length === origin.rows, "one budget per point");
  if (targets) checkTargets(targets, models);
  const queries = { scores: 0, gradients: 0 };
  // A targeted attack climbs the negative of the margin of the class it wants.
  const sign = targets ? -1 : 1;
  const wanted = targets ?? labels;
  const wantedOf = (indices: Int32Array) => indices.map((i) => wanted[i]);
  const all = Int32Array.from({ length: origin.rows }, (_, i) => i);

  const objective = async (points: Points, indices: Int32Array): Promise<Float64Array> => {
    queries.scores += points.rows * models.length;
    const x = tensorOf(points, task.x);
    const sum = new Float64Array(points.rows);
    for (const model of models) {
      const margins = await marginsOf(model, x, wantedOf(indices));
      for (let i = 0; i < sum.length; i++) sum[i] += (sign * margins[i]) / models.length;
    }
    return sum;
  };
  const gradient = async (points: Points, indices: Int32Array): Promise<Points> => {
    queries.gradients += points.rows * models.length;
    const x = tensorOf(points, task.x);
    const gradients: Float32Array[] = [];
    for (const model of models) {
      const result = await model.inputGradient("margin", x, wantedOf(indices));
      gradients.push(toFloat(result.gradient, "float32").data);
    }
    if (sign === 1 && gradients.length === 1) return { ...points, data: gradients[0] };
    const sum = new Float32Array(points.data.length);
    for (const each of gradients) for (let i = 0; i < sum.length; i++) sum[i] += (sign * each[i]) / gradients.length;
    return { ...points, data: sum };
  };
  const eachWithin = withBounds(threat, origin);
  const project = eachWithin((point, from, lower, upper, i) => {
    threat.norm.project(point, from, budgetOf(threat, i), lower, upper);
  });

  const clip = eachWithin((point, _, lower, upper) => {
    for (let j = 0; j < point.length; j++) point[j] = Math.min(Math.max(point[j], lower[j]), upper[j]);
  });

  const start = takePoints(task.start ?? origin, all);
  // At the centers of the balls only the bounds can matter.
  if (task.start) project(start, all);
  else clip(start, all);
  const context: AttackContext = {
    watched: task.onState !== undefined,
    origin,
    start,
    budget: (i) => budgetOf(threat, i),
    objective,
    gradient,
    project,
    clip,
    steepest(gradients) {
      for (let row = 0; row < gradients.rows; row++) threat.norm.steepest(rowOf(gradients, row));
    },
    unitLength(directions) {
      const { units } = threat.norm;
      for (let row = 0; row < directions.rows; row++) {
        const direction = rowOf(directions, row);
        // As a gradient it would be multiplied by the units twice.
        if (units) for (let j = 0; j < direction.length; j++) direction[j] = units[j] > 0 ? direction[j] / units[j] : 0;
        threat.norm.steepest(direction);
      }
    },
    ...ascentOf(task, origin, queries),
    random: (index, ...labels) => stream(task.seed, "attack", task.ids?.[index] ?? index, ...labels),
  };
  const states = attack(context);
  let next = await states.next();
  while (!next.done) {
    task.onState?.(next.value);
    next = await states.next();
  }
  const { points, iteration } = next.value;
  project(points, all);
  const size = new Float64Array(origin.rows);
  const difference = new Float64Array(origin.columns);
  for (let i = 0; i < origin.rows; i++) {
    const from = rowOf(origin, i);
    const to = rowOf(points, i);
    if (isDiscrete(threat)) roundToGrid(threat, to, from, budgetOf(threat, i));
    for (let j = 0; j < difference.length; j++) difference[j] = to[j] - from[j];
    size[i] = threat.norm.measure(difference);
  }
  return {
    points: tensorOf(points, task.x),
    objective: await objective(points, all),
    size,
    iterations: iteration,
    queries,
  };
}

/** Steps inside the model's graph, where there is one model and it has a form for the norm. */
function ascentOf({ models, labels, targets, threat }: AttackTask, origin: Points, queries: { gradients: number }) {
  const [model] = models;
  const norm = threat.norm.name;
  if (models.length > 1 || !model.ascend || norm === "l1" || threat.norm.units) return {};
  const ascendModel = model.ascend.bind(model);
  const budgets = Float32Array.from({ length: origin.rows }, (_, i) => budgetOf(threat, i));
  let bounds: ReturnType<typeof boundsOf> | undefined;
  return {
    async ascend(points: Points, stepSize: number, steps: number): Promise<void> {
      queries.gradients += steps * points.rows;
      bounds ??= boundsOf(threat, origin);
      const lengths = budgets.map((budget) => (targets ? -1 : 1) * stepSize * budget);
      const task = { norm, steps, x: points.data, origin: origin.data, labels: targets ?? labels, budgets, lengths };
      await ascendModel({ ...task, ...bounds });
    },
  };
}

/** The bounds of all points: two numbers where they are the same for every value, else arrays as long as the points. */
function boundsOf(threat: ThreatModel, origin: Points) {
  const { lower, upper } = threat.domain;
  const isSame = (bounds: Float64Array) => bounds.every((bound) => bound === bounds[0]);
  if (!isNarrowed(threat) && isSame(lower) && isSame(upper)) return { lower: lower[0], upper: upper[0] };
  const all = { lower: new Float32Array(origin.data.length), upper: new Float32Array(origin.data.length) };
  const row = { lower: lower.slice(), upper: upper.slice() };
  for (let i = 0; i < origin.rows; i++) {
    writeBounds(threat, rowOf(origin, i), row.lower, row.upper);
    all.lower.set(row.lower, i * origin.columns);
    all.upper.set(row.upper, i * origin.columns);
  }
  return all;
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

type RowOperation = (
  point: Float32Array,
  origin: Float32Array,
  lower: Float64Array,
  upper: Float64Array,
  i: number,
) => void;

/** Turns an operation on one row and its bounds into one on rows of the original points they belong to. */
function withBounds(threat: ThreatModel, origin: Points) {
  const perPoint = isNarrowed(threat);
  const lower = threat.domain.lower.slice();
  const upper = threat.domain.upper.slice();
  return (operation: RowOperation) =>
    (points: Points, indices: Int32Array): void => {
      indices.forEach((i, row) => {
        const from = rowOf(origin, i);
        if (perPoint) writeBounds(threat, from, lower, upper);
        operation(rowOf(points, row), from, lower, upper, i);
      });
    };
}

/** Rows of a tensor as points, sharing memory where they are float32 already. */
export function pointsOf(x: Tensor<FloatType>): Points {
  return { rows: x.shape[0], columns: rowSize(x), data: toFloat(x, "float32").data };
}

function tensorOf({ rows, data }: Points, like: Tensor): Tensor<"float32"> {
  return { type: "float32", shape: [rows, ...like.shape.slice(1)], data };
}
