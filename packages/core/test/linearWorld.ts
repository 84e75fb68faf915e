// Linear models, whose best perturbation under any norm and box is known in closed form.

import * as ort from "onnxruntime-node";
import { type Dataset, dataset, denseRows } from "../src/data/dataset.ts";
import type { Domain } from "../src/data/domain.ts";
import { type LinearFunction, linearModel } from "../src/learners/linearModel.ts";
import { type Model, modelFromGraph } from "../src/models/model.ts";
import { type Differentiable, openModel } from "../src/models/open.ts";
import { runtimeFrom } from "../src/models/runtime.ts";
import { stream } from "../src/random.ts";
import { tensor } from "../src/tensor.ts";
import type { Norm } from "../src/threat/norm.ts";
import { type ThreatModel, writeBounds } from "../src/threat/threat.ts";

export const runtime = runtimeFrom(ort);

/** N points in [0, 1]^D, a share of their features on the faces of the box, as in images; labels 0 .. K-1 in turn. */
export function boxPoints(seed: number, n: number, d: number, classes = 2): Dataset {
  const random = stream(seed, "points", n, d);
  const value = () => (random.uniform() < 0.4 ? Math.round(random.uniform()) : random.uniform());
  return dataset({
    features: tensor("float32", [n, d], Float32Array.from({ length: n * d }, value)),
    labels: Array.from({ length: n }, (_, i) => i % classes),
    domain: [0, 1],
  });
}

/** N binary points, a fifth of their features 1. */
export function binaryPoints(seed: number, n: number, d: number): Dataset {
  const random = stream(seed, "binary", n, d);
  const domain: Domain = {
    lower: new Float64Array(d),
    upper: new Float64Array(d).fill(1),
    kinds: new Array<"binary">(d).fill("binary"),
  };
  return dataset({
    features: tensor(
      "float32",
      [n, d],
      Float32Array.from({ length: n * d }, () => (random.uniform() < 0.2 ? 1 : 0)),
    ),
    labels: Array.from({ length: n }, (_, i) => i % 2),
    domain,
  });
}

/** Functions with normal weights, a fifth of them zero. */
export function randomFunctions(seed: number, count: number, d: number): LinearFunction[] {
  const random = stream(seed, "weights", d);
  return Array.from({ length: count }, () => ({
    weights: Float64Array.from({ length: d }, () =>
      random.uniform() < 0.2 ? 0 : Math.fround(random.normal() / Math.sqrt(d)),
    ),
    bias: Math.fround(random.normal() / 4),
  }));
}

/** One function is a binary decision function f with scores (-f, f). */
export async function openLinear(
  functions: readonly LinearFunction[],
  data: Dataset,
): Promise<{ readonly model: Model; readonly opened: Differentiable }> {
  const model = modelFromGraph(linearModel(functions, data));
  return { model, opened: (await openModel(runtime, model)).differentiable! };
}

/** The gradient and the clean value of the margin of a point of a binary decision function. */
export function marginOf({ weights, bias }: LinearFunction, row: ArrayLike<number>, label: number) {
  const sign = label === 0 ? 2 : -2;
  const slopes = weights.map((weight) => sign * weight);
  let clean = sign * bias;
  for (let j = 0; j < slopes.length; j++) clean += slopes[j] * row[j];
  return { slopes, clean };
}

/** Row i of the features. */
export function rowAt(data: Dataset, i: number): Float64Array {
  return Float64Array.from(denseRows(data, i, i + 1).data);
}

/** The bounds of one point under everything of the threat but its budget. */
export function boundsOf(threat: ThreatModel, row: Float64Array) {
  const lower = new Float64Array(row.length);
  const upper = new Float64Array(row.length);
  writeBounds(threat, row, lower, upper);
  return { lower, upper };
}

/**
 * The largest increase of a linear function within ball and box.
 *
 * L0: the features of largest gain over all of their room.
 * L2: delta_j = clip(t c_j, lower - x, upper - x), t so that the ball is filled: once some features are at their
 * bounds, what is left of the budget's square is t^2 times the squares of the other slopes. Linf: every feature goes
 * as far as budget and box allow. L1: features in the order of |c_j|, each to its bound, the last one as far as the
 * rest of the budget goes.
 */
export function bestIncrease(
  norm: Norm["name"],
  slopes: Float64Array,
  row: Float64Array,
  epsilon: number,
  { lower, upper }: { readonly lower: Float64Array; readonly upper: Float64Array },
): number {
  const room = slopes.map((slope, j) => (slope > 0 ? upper[j] - row[j] : slope < 0 ? row[j] - lower[j] : 0));
  const sizes = slopes.map(Math.abs);
  const total = (moves: Float64Array) => moves.reduce((sum, move, j) => sum + move * sizes[j], 0);
  if (norm === "l0") {
    const gains = room.map((each, j) => each * sizes[j]).sort();
    return gains.subarray(Math.max(0, gains.length - Math.floor(epsilon))).reduce((sum, gain) => sum + gain, 0);
  }
  if (norm === "linf") return total(room.map((each) => Math.min(each, epsilon)));
  if (norm === "l1") {
    let left = epsilon;
    const moves = new Float64Array(room.length);
    const order = [...sizes.keys()].sort((a, b) => sizes[b] - sizes[a]);
    for (const j of order) {
      moves[j] = Math.min(room[j], left);
      left -= moves[j];
    }
    return total(moves);
  }
  // The features that meet their bounds first are those of least room for their slope.
  const order = [...sizes.keys()].filter((j) => sizes[j] > 0).sort((a, b) => room[a] / sizes[a] - room[b] / sizes[b]);
  const squares = [0];
  for (let k = order.length - 1; k >= 0; k--) squares.unshift(squares[0] + sizes[order[k]] ** 2);
  let [left, gain] = [epsilon ** 2, 0];
  for (const [k, j] of order.entries()) {
    if (left * sizes[j] ** 2 <= room[j] ** 2 * squares[k]) return gain + Math.sqrt(left * squares[k]);
    left -= room[j] ** 2;
    gain += room[j] * sizes[j];
  }
  return gain;
}
