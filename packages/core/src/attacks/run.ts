// Runs an attack under a threat model: the framework, not the attack, projects, measures and counts.

import { assert } from "../errors.ts";
import { margin } from "../models/losses.ts";
import type { Differentiable } from "../models/open.ts";
import { stream } from "../random.ts";
import { type FloatType, rowSize, type Tensor, toFloat } from "../tensor.ts";
import { checkEpsilon, type ThreatModel } from "../threat/threat.ts";
import { type Attack, type AttackContext, type AttackState, type Points, rowOf, takePoints } from "./attack.ts";

export interface AttackTask {
  readonly model: Differentiable;
  /** The points to attack, inside the domain, and their true labels. */
  readonly x: Tensor<FloatType>;
  readonly labels: Int32Array;
  readonly threat: ThreatModel;
  /** Where to begin, projected first; the points themselves where absent. */
  readonly start?: Points;
  readonly seed: number;
  /** Sees each iteration. */
  onState?(state: AttackState): void;
}

export interface AttackResult {
  /** The attacked points, as the model sees them (float32), inside ball and box up to rounding. */
  readonly points: Tensor<"float32">;
  /** The margin reached, one per point; positive means misclassified. */
  readonly objective: Float64Array;
  /** Norm of each perturbation. */
  readonly size: Float64Array;
  readonly iterations: number;
  /** Rows of scores and of gradients that were asked for. */
  readonly queries: { readonly scores: number; readonly gradients: number };
}

/** Runs an attack that raises the margin (best other class minus own class) of each point. */
export async function runAttack(attack: Attack, task: AttackTask): Promise<AttackResult> {
  const { model, labels, threat } = task;
  checkEpsilon(threat.epsilon);
  assert(labels.length === task.x.shape[0], "one label per point");
  const origin = pointsOf(task.x);
  const queries = { scores: 0, gradients: 0 };
  const labelsOf = (indices: Int32Array) => indices.map((i) => labels[i]);
  const project = (points: Points, indices: Int32Array) => {
    const { lower, upper } = threat.domain;
    indices.forEach((i, row) => {
      threat.norm.project(rowOf(points, row), rowOf(origin, i), threat.epsilon, lower, upper);
    });
  };
  const all = Int32Array.from({ length: origin.rows }, (_, i) => i);
  const start = takePoints(task.start ?? origin, all);
  project(start, all);
  const context: AttackContext = {
    origin,
    start,
    epsilon: threat.epsilon,
    async objective(points, indices) {
      queries.scores += points.rows;
      return margin(await model.scores(tensorOf(points, task.x)), labelsOf(indices));
    },
    async gradient(points, indices) {
      queries.gradients += points.rows;
      const result = await model.inputGradient("margin", tensorOf(points, task.x), labelsOf(indices));
      const gradient = toFloat(result.gradient, "float32");
      return { ...points, data: gradient.data };
    },
    project,
    steepest(gradients) {
      for (let row = 0; row < gradients.rows; row++) threat.norm.steepest(rowOf(gradients, row));
    },
    random: (index) => stream(task.seed, "attack", index),
  };
  const states = attack(context);
  let next = await states.next();
  while (!next.done) {
    task.onState?.(next.value);
    next = await states.next();
  }
  const { points, iteration } = next.value;
  project(points, all);
  const final = tensorOf(points, task.x);
  const size = new Float64Array(origin.rows);
  const reached = pointsOf(final);
  for (let i = 0; i < origin.rows; i++) {
    const from = rowOf(origin, i);
    size[i] = threat.norm.measure(rowOf(reached, i).map((value, j) => value - from[j]));
  }
  queries.scores += origin.rows;
  const objective = margin(await model.scores(final), labels);
  return { points: final, objective, size, iterations: iteration, queries };
}

/** Rows of a tensor as points, sharing memory where they are float32 already. */
export function pointsOf(x: Tensor<FloatType>): Points {
  return { rows: x.shape[0], columns: rowSize(x), data: toFloat(x, "float32").data };
}

function tensorOf({ rows, data }: Points, like: Tensor): Tensor<"float32"> {
  return { type: "float32", shape: [rows, ...like.shape.slice(1)], data };
}
