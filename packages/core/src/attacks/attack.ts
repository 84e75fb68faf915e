// What an attack is: a generator that yields its state at each iteration; the framework enforces the threat model.

import type { Violation } from "../features/violation.ts";
import type { Vector } from "../linalg.ts";
import type { TreeSum } from "../models/trees.ts";
import type { Stream } from "../random.ts";
import type { CleanRows } from "./cleanRows.ts";

/** Rows of D numbers each, in the type that they were given in. */
export interface Rows {
  readonly rows: number;
  readonly columns: number;
  readonly data: Vector;
  /** Copies one row, where rows can be had without all of `data`. */
  copyRow?(i: number, into: Float64Array): void;
}

/**
 * Points that an attack works on, one row of D features each. Models see them in their own type, which may be float32;
 * steps that are short beside the features would be lost there.
 */
export interface Points extends Rows {
  readonly data: Float64Array;
}

/** Gradients at points, one row for each, in the type that models compute them in. */
export type Gradients = Rows;

/** What an attack of fixed steps tells who estimates its gradients. */
export interface Step {
  /** From 0. */
  readonly iteration: number;
  /** Length of the step that follows, in units of the budget. */
  readonly stepSize: number;
  /** Share of the velocity that the step keeps. */
  readonly momentum: number;
  /** The velocity before the step, one direction (`direction`) for each original point; absent where none is kept. */
  readonly velocity?: Points;
}

/** Everything an attack may ask for. It sees neither the model nor the threat model's insides. */
export interface AttackContext {
  /** Whether somebody sees the states; else an attack may show its last one alone. */
  readonly watched?: boolean;
  /** The original points. */
  readonly origin: Points;
  /** The shape of one point, such as channels, height and width. */
  readonly shape: readonly number[];
  /** What the norm measures each feature in; the feature's own unit where absent. */
  readonly units?: Float64Array;
  /** The length of a step by one unit in each of the D features: 1 for Linf and L0, sqrt(D) for L2, D for L1. */
  readonly corner: number;
  /** Their classes. */
  readonly labels: Int32Array;
  /** Clean rows that the attacker has beside those attacked, in the same shape; absent where there are none. */
  readonly clean?: CleanRows;
  /** The classes that they should end in; absent where any other than their own will do. */
  readonly targets?: Int32Array;
  /** Where to begin; lies in the admissible set. */
  readonly start: Points;
  /**
   * The budget of an original point, or the size of its box where that is less: a length that steps can be measured by.
   * Under L0 it is the longest change of one of its features.
   */
  budget(index: number): number;
  /** The same as the threat states it: under L0 how many features may change. */
  limit(index: number): number;
  /** False under L0, where what is best may be seen from afar alone: a short step changes other features. */
  readonly isConvex?: boolean;
  /**
   * What is climbed (`Objective`) at points, to be raised; `indices[i]` says which original row i belongs to. Where the
   * model's scores give no number it is -Infinity.
   */
  objective(points: Points, indices: Int32Array): Promise<Float64Array>;
  /**
   * The gradient of the objective, one row per point; always finite: an infinite slope counts as the largest finite one
   * of its row, an undefined one as 0. Attacks of fixed steps say which step it is for, as some estimates depend on it.
   */
  gradient(points: Points, indices: Int32Array, step?: Step): Promise<Gradients>;
  /** The model as a sum of decision trees, where it is one and stands alone. */
  trees?(): TreeSum | undefined;
  /** The models one by one, where there are several: `gradient` is of their mean. */
  readonly members?: readonly Pick<AttackContext, "gradient">[];
  /**
   * Multiplies the directions of a step, of unit length in the norm, by a factor for each feature, in place. The
   * velocity has one row for each of them and is what they were made of. Absent where steps are as long in all
   * features.
   */
  scaleSteps?(directions: Gradients, velocity: Gradients, indices: Int32Array): void;
  /**
   * Moves rows to the nearest admissible points, in place. Values between the steps of a grid are admissible here, and
   * those between the ends of one-hot groups; columns that follow from others are computed.
   */
  project(points: Points, indices: Int32Array): void;
  /** Moves projected rows to values that features can take and models can hold, in place: what an attack can end in. */
  settle(points: Points, indices: Int32Array): void;
  /** 1 for each settled row that satisfies all rules of its table. */
  isValid(points: Points, indices: Int32Array): Uint8Array;
  /** How far rows are from the relations of their table; absent where it has none. */
  violation?(points: Points): Violation;
  /** Features that may change and are not computed from others, those of a one-hot group together. */
  moving(): readonly Int32Array[];
  /** Moves rows into their bounds (box, mask, direction) and leaves the budget out of account, in place. */
  clip(points: Points, indices: Int32Array): void;
  /** Turns gradients into the steepest directions of the norm, in place. */
  steepest(gradients: Gradients): void;
  /**
   * Brings directions that are drawn alike in all features to the units of the norm, and to the length of the steepest.
   */
  unitLength(directions: Points): void;
  /** Shortens moves to the nearest of at most that length, bounds left out of account, in place. */
  withinBudget(moves: Points, length: number): void;
  /**
   * Where points, one for each original one, end after steps x <- project(x + stepSize budget steepest(gradient));
   * absent where the model and the norm have no faster way than the functions above. Their projection is exact up to
   * the rounding of float32 on most points.
   */
  ascend?(points: Points, stepSize: number, steps: number): Promise<Ascended>;
  /** The random stream of one original point; labels name further ones. */
  random(index: number, ...labels: readonly (string | number)[]): Stream;
}

/** Where steps of an ascent ended. */
interface Ascended {
  readonly points: Points;
  /** The rows that were left where they were, because they met a gradient that is not finite. */
  readonly left: Int32Array;
}

/** What an attack shows of itself after each iteration. */
export interface AttackState {
  readonly iteration: number;
  readonly points: Points;
  readonly objective: Float64Array;
  /** How many points still move. */
  readonly active: number;
}

/** An attack with a fixed budget: yields its states, returns the last one. */
export type Attack = (context: AttackContext) => AsyncGenerator<AttackState, AttackState>;

/**
 * The chosen rows, copied: to memory that holds nothing else where it is given, as taking new memory in every iteration
 * would be a good part of an attack's time.
 */
export function takePoints(points: Rows, indices: Int32Array, memory?: Float64Array): Points {
  const { columns } = points;
  const size = indices.length * columns;
  const data = memory ? memory.subarray(0, size) : new Float64Array(size);
  for (let i = 0; i < indices.length; i++) {
    if (points.copyRow) points.copyRow(indices[i], data.subarray(i * columns, (i + 1) * columns));
    else data.set(rowOf(points, indices[i]), i * columns);
  }
  return { rows: indices.length, columns, data };
}

/** One row, sharing memory. */
export function rowOf<T extends Vector>(
  { data, columns }: { readonly data: T; readonly columns: number },
  i: number,
): T {
  return data.subarray(i * columns, (i + 1) * columns) as T;
}
