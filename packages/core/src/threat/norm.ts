// Norms as values: what an attack, its projection and its metrics need of them.

import { norm as euclidean, type Vector } from "../linalg.ts";
import { projectGroups } from "./projectGroups.ts";
import { keepLargest, projectL0 } from "./projectL0.ts";
import { projectL1 } from "./projectL1.ts";
import { projectOnL2 } from "./projectOnL2.ts";

/** Names of norms, and of the number of features that change, which is called one. */
export const normNames = ["l0", "l1", "l2", "linf"] as const;

/** How the length of a change is measured, and what attacks need of it: its dual, steepest directions, projections. */
export interface Norm {
  readonly name: (typeof normNames)[number];
  /** As reports print it. */
  readonly label: string;
  /**
   * Whether it counts the features that change: budgets are whole numbers of features and have no unit, the length of
   * a change bounds none of its components, and its balls are not convex.
   */
  readonly counts: boolean;
  /** Whether lengths add up over features, so that an attack may spend all on a few of them. */
  readonly adds: boolean;
  /** What each feature is measured in; its own unit where absent. */
  readonly units?: Float64Array;
  /** Under L0 features of one number count as one, those of -1 as none; each counts by itself where absent. */
  readonly blocks?: Int32Array;
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
  /**
   * Moves `move`, a change in `units`, to the nearest one in the ball and the box, which holds 0, whose features of
   * each group sum to 0.
   */
  projectGroups(
    groups: readonly Int32Array[],
    move: Float64Array,
    epsilon: number,
    lower: Float64Array,
    upper: Float64Array,
  ): void;
}

function largest(vector: Vector): number {
  let size = 0;
  for (let i = 0; i < vector.length; i++) {
    const each = Math.abs(vector[i]);
    // A branch that is foreseen takes less time than a maximum, which keeps what is no number, too.
    if (each > size || Number.isNaN(each)) size = each;
  }
  return size;
}

function total(vector: Vector): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += Math.abs(vector[i]);
  return sum;
}

/**
 * ||v||_0: how many features change, those of a block counted once.
 *
 * No norm, as twice a change is no longer than it. What norms have beside is that of L1: in changes of at most one unit
 * each, its ball is the convex hull of this one, so that the largest slope times the number of features is the most
 * that a loss rises by to first order.
 */
export function l0Of(blocks?: Int32Array): Norm {
  return {
    name: "l0",
    label: "L0",
    counts: true,
    adds: true,
    ...(blocks && { blocks }),
    measure(vector) {
      const isChanged = new Uint8Array(vector.length);
      for (let j = 0; j < vector.length; j++) {
        const block = blocks ? blocks[j] : j;
        if (block >= 0 && vector[j] !== 0) isChanged[block] = 1;
      }
      return isChanged.reduce((count, flag) => count + flag, 0);
    },
    dual: largest,
    /** The gradient, scaled to 1 in its largest component: a long step is projected to the best few features. */
    steepest: (gradient) => divide(gradient, largest(gradient)),
    project: (point, center, epsilon, lower, upper) => projectL0(point, center, epsilon, lower, upper, blocks),
    projectGroups(groups, move, epsilon, lower, upper) {
      const wanted = move.slice();
      projectGroups("linf", groups, move, Number.POSITIVE_INFINITY, lower, upper);
      keepLargest(wanted, move, epsilon, blocks);
    },
  };
}

/** `l0Of` features that count one by one. */
export const l0: Norm = l0Of();

function divide(vector: Vector, length: number): void {
  if (length > 0) for (let i = 0; i < vector.length; i++) vector[i] /= length;
}

/** ||v||_1 = sum_j |v_j|: changes add up. */
export const l1: Norm = {
  name: "l1",
  label: "L1",
  counts: false,
  adds: true,
  measure: total,
  dual: largest,
  /**
   * The gradient, scaled to length 1 in its largest component. The exact steepest direction is that component alone,
   * but then a step changes one feature only; the projection of a long step along the whole gradient changes as many
   * as the budget allows, the largest components first.
   */
  steepest: (gradient) => divide(gradient, largest(gradient)),
  project: projectL1,
  projectGroups: (...task) => projectGroups("l1", ...task),
};

/** ||v||_2 = (sum_j v_j^2)^(1/2): the Euclidean length. */
export const l2: Norm = {
  name: "l2",
  label: "L2",
  counts: false,
  adds: false,
  measure: euclidean,
  dual: euclidean,
  steepest: (gradient) => divide(gradient, euclidean(gradient)),
  project: projectOnL2,
  projectGroups: (...task) => projectGroups("l2", ...task),
};

/** ||v||_inf = max_j |v_j|: every feature may change by as much. */
export const linf: Norm = {
  name: "linf",
  label: "Linf",
  counts: false,
  adds: false,
  measure: largest,
  dual: total,
  steepest(gradient) {
    for (let i = 0; i < gradient.length; i++) gradient[i] = Math.sign(gradient[i]);
  },
  project(point, center, epsilon, lower, upper) {
    for (let i = 0; i < point.length; i++) {
      const value = point[i];
      const least = center[i] - epsilon;
      const most = center[i] + epsilon;
      // Most points that are projected are inside.
      if (value >= lower[i] && value <= upper[i] && value >= least && value <= most) continue;
      point[i] = Math.min(Math.max(value, lower[i], least), upper[i], most);
    }
  },
  projectGroups: (...task) => projectGroups("linf", ...task),
};

/** The norms by name. */
export const norms: Readonly<Record<Norm["name"], Norm>> = { l0, l1, l2, linf };
