// Norms as values: what an attack, its projection and its metrics need of them.

import { norm as euclidean, type Vector } from "../linalg.ts";
import { projectL1 } from "./projectL1.ts";
import { projectL2 } from "./projectL2.ts";

/** How the length of a change is measured, and what attacks need of it: its dual, steepest directions, projections. */
export interface Norm {
  readonly name: "l1" | "l2" | "linf";
  /** As reports print it. */
  readonly label: string;
  /** What each feature is measured in; its own unit where absent. */
  readonly units?: Float64Array;
  /** The length of a vector. */
  measure(vector: Vector): number;
  /**
   * The length of a gradient in the dual norm q, 1/p + 1/q = 1 (paper Eq. 15): the largest increase per unit budget.
   */
  dual(gradient: Vector): number;
  /** The direction of unit length along which a linear function with this gradient rises most, written in place. */
  steepest(gradient: Vector): void;
  /**
   * Moves `point` to the nearest point of the intersection of the ball of radius `epsilon` around `center` with the
   * box. The center must lie in the box.
   */
  project(point: Vector, center: Vector, epsilon: number, lower: Float64Array, upper: Float64Array): void;
}

function largest(vector: Vector): number {
  let size = 0;
  for (let i = 0; i < vector.length; i++) size = Math.max(size, Math.abs(vector[i]));
  return size;
}

function total(vector: Vector): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += Math.abs(vector[i]);
  return sum;
}

function divide(vector: Vector, length: number): void {
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] /= length;
}

/** ||v||_1 = sum_j |v_j|: changes add up. */
export const l1: Norm = {
  name: "l1",
  label: "L1",
  measure: total,
  dual: largest,
  /**
   * The gradient, scaled to length 1 in its largest component. The exact steepest direction is that component alone,
   * but then a step changes one feature only; the projection of a long step along the whole gradient changes as many
   * as the budget allows, the largest components first.
   */
  steepest: (gradient) => divide(gradient, largest(gradient)),
  project: projectL1,
};

/** ||v||_2 = (sum_j v_j^2)^(1/2): the Euclidean length. */
export const l2: Norm = {
  name: "l2",
  label: "L2",
  measure: euclidean,
  dual: euclidean,
  steepest: (gradient) => divide(gradient, euclidean(gradient)),
  project: projectL2,
};

/** ||v||_inf = max_j |v_j|: every feature may change by as much. */
export const linf: Norm = {
  name: "linf",
  label: "Linf",
  measure: largest,
  dual: total,
  steepest(gradient) {
    for (let i = 0; i < gradient.length; i++) gradient[i] = Math.sign(gradient[i]);
  },
  project(point, center, epsilon, lower, upper) {
    for (let i = 0; i < point.length; i++) {
      const low = Math.max(lower[i], center[i] - epsilon);
      const high = Math.min(upper[i], center[i] + epsilon);
      point[i] = Math.min(Math.max(point[i], low), high);
    }
  },
};

/** The norms by name. */
export const norms: Readonly<Record<Norm["name"], Norm>> = { l1, l2, linf };
