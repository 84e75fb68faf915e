// The losses of two models in the plane that their gradients span at a point, and the way of the attack in it.

import { crossEntropy, type FloatType, type OpenModel, type Tensor, tensor } from "@carom/core";

/** Numbers on a square grid of a plane, and a way in it. */
export interface Plane {
  /** Points of the grid on each axis, and how far its edges lie from the middle, in the norm L2. */
  readonly side: number;
  readonly reach: number;
  /** What the second axis is of: the target's gradient, or, where it has none, the change at the largest budget. */
  readonly up: "gradient" | "change";
  /** Losses, row by row from the lowest: first axis across, second axis up. */
  readonly surrogate: Float64Array;
  readonly target: Float64Array;
  /** Where the points of each budget lie, the share of their change that is not in the plane left out. */
  readonly path: readonly (readonly [across: number, up: number])[];
}

const SIDE = 21;

/**
 * Losses over x + a u + b v, bounds of pixels left out of account: u is the direction of the surrogate's gradient, v
 * what the target's has across that; where the target has none, what the change at the largest budget has.
 *
 * @param points the point at each budget, the point itself first
 * @param gradients of both models' losses at the point, the target's where it has one
 */
export async function planeAt(
  [surrogate, target]: readonly [OpenModel, OpenModel],
  [own, theirs]: readonly [ArrayLike<number>, ArrayLike<number> | undefined],
  label: number,
  points: readonly Float32Array[],
): Promise<Plane> {
  const [x] = points;
  const u = unit(Float64Array.from(own));
  const other = theirs ?? points.at(-1)!.map((value, i) => value - x[i]);
  const shared = dot(other, u);
  const v = unit(Float64Array.from(other, (value, i) => value - shared * u[i]));
  const path = points.map((point) => {
    const change = Float64Array.from(point, (value, i) => value - x[i]);
    return [dot(change, u), dot(change, v)] as const;
  });
  const reach = 1.2 * Math.max(0.1, ...path.flat().map(Math.abs));
  const at = (k: number) => reach * ((2 * k) / (SIDE - 1) - 1);
  const grid = new Float32Array(SIDE * SIDE * x.length);
  for (let row = 0; row < SIDE * SIDE; row++) {
    const [a, b] = [at(row % SIDE), at(Math.floor(row / SIDE))];
    for (let i = 0; i < x.length; i++) grid[row * x.length + i] = x[i] + a * u[i] + b * v[i];
  }
  const rows: Tensor<FloatType> = tensor("float32", [SIDE * SIDE, x.length], grid);
  const labels = new Int32Array(SIDE * SIDE).fill(label);
  const losses = async (model: OpenModel) => crossEntropy(await model.scores(rows), labels, model.probabilities);
  return {
    side: SIDE,
    reach,
    up: theirs ? "gradient" : "change",
    surrogate: await losses(surrogate),
    target: await losses(target),
    path,
  };
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** A vector of length 1; one without direction stays 0. */
function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
}
