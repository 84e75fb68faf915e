// What an attack asks of its models: the objective of points and its gradient, finite, and counted.

import { pullBack } from "../features/rules.ts";
import { addScaled } from "../linalg.ts";
import { lossesOf, marginsOf } from "../models/climbedLosses.ts";
import type { Differentiable } from "../models/open.ts";
import { type FloatType, type Tensor, tensor } from "../tensor.ts";
import { type Gradients, type Points, rowOf } from "./attack.ts";
import { madeFinite } from "./finite.ts";
import { objectives } from "./objective.ts";
import type { AttackTask } from "./task.ts";

/** Answers about points of which `indices[i]` says to which original row point i belongs. */
export interface Asked {
  /** The type in which models are shown points: float32 unless all take float64. */
  readonly type: FloatType;
  /** 1 where the objective rises as the margin does, -1 where a class is wanted. */
  readonly sign: 1 | -1;
  /** The classes whose margins rise or fall. */
  readonly wanted: Int32Array;
  /** The shape of so many points. */
  shapeOf(rows: number): readonly number[];
  /** What is climbed; -Infinity where scores give no number. */
  objective(points: Points, indices: Int32Array): Promise<Float64Array>;
  /** The margin, by which success is judged whatever was climbed; -Infinity where scores give no number. */
  margins(x: Tensor<FloatType>, indices: Int32Array): Promise<Float64Array>;
  /** The mean gradient of some models, made finite. */
  gradientOf(models: readonly Differentiable[]): (points: Points, indices: Int32Array) => Promise<Gradients>;
  /** Rows of scores and of gradients asked for so far; who asks elsewhere adds to them. */
  readonly queries: { scores: number; gradients: number };
  /** 1 for each original row that met a gradient, or scores, that are not finite. */
  readonly nonFinite: Uint8Array;
}

type Losses = (model: Differentiable, x: Tensor, labels: Int32Array) => Promise<Float64Array>;

export function askedOf(task: AttackTask): Asked {
  const { x, labels, targets, models, objective: climbed = objectives.margin } = task;
  const { rules } = task.threat;
  const type: FloatType = models.every(({ inputType }) => inputType === "float64") ? "float64" : "float32";
  const shapeOf = (rows: number) => [rows, ...x.shape.slice(1)];
  // What models are shown is of no use after they answered.
  let shown = new Float32Array(0);
  const rowsOf = ({ rows, data }: Points): Tensor<FloatType> => {
    if (type === "float64") return tensor(type, shapeOf(rows), data);
    // Searches ask about several points of a row at once.
    if (shown.length < data.length) shown = new Float32Array(Math.max(data.length, x.data.length));
    const values = shown.subarray(0, data.length);
    values.set(data);
    return tensor(type, shapeOf(rows), values);
  };
  const queries = { scores: 0, gradients: 0 };
  const nonFinite = new Uint8Array(labels.length);
  // A targeted attack climbs the negative of the loss of the class it wants.
  const sign = targets ? -1 : 1;
  const wanted = targets ?? labels;
  const wantedOf = (indices: Int32Array) => indices.map((i) => wanted[i]);
  const meanOf = async (losses: Losses, x: Tensor, indices: Int32Array) => {
    queries.scores += indices.length * models.length;
    const sum = new Float64Array(indices.length);
    for (const model of models) addScaled(sum, sign / models.length, await losses(model, x, wantedOf(indices)));
    return sum.map((value) => (Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value));
  };
  return {
    ...{ type, sign, wanted, shapeOf, queries, nonFinite },
    objective: (points, indices) =>
      meanOf((model, x, labels) => lossesOf(model, climbed.value, x, labels), rowsOf(points), indices),
    margins: (x, indices) => meanOf(marginsOf, x, indices),
    gradientOf: (models) => async (points, indices) => {
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
    },
  };
}
