// Norms as values: what an attack, its projection and its metrics need of them.

import { norm, type Vector } from "../linalg.ts";
import { projectL2 } from "./projectL2.ts";

export interface Norm {
  readonly name: "l2";
  /** As reports print it. */
  readonly label: string;
  /** The length of a vector. */
  measure(vector: Vector): number;
  /** The length of a gradient in the dual norm q, 1/p + 1/q = 1 (paper Eq. 15): the largest increase per unit budget. */
  dual(gradient: Vector): number;
  /** The direction of unit length along which a linear function with this gradient rises most, written in place. */
  steepest(gradient: Vector): void;
  /**
   * Moves `point` to the nearest point of the intersection of the ball of radius `epsilon` around `center` with the
   * box. The center must lie in the box.
   */
  project(point: Vector, center: Vector, epsilon: number, lower: Float64Array, upper: Float64Array): void;
}

export const l2: Norm = {
  name: "l2",
  label: "L2",
  measure: norm,
  dual: norm,
  steepest(gradient) {
    const length = norm(gradient);
    if (length > 0) for (let i = 0; i < gradient.length; i++) gradient[i] /= length;
  },
  project: projectL2,
};

/** The norms by name. */
export const norms: Readonly<Record<Norm["name"], Norm>> = { l2 };
