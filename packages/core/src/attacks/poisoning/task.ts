// What a poisoning attack is: a function from a task to points, pure, so that it can be cut anywhere and gone on with.

import type { Dataset } from "../../data/dataset.ts";
import type { AnyLearner } from "../../learners/learner.ts";
import type { Runtime } from "../../models/runtime.ts";
import type { Tensor } from "../../tensor.ts";

/** Points that join a training set, in the units of the dataset and inside its domain. */
export interface PoisonPoints {
  /** Where they ended, [n, ...featureShape]. */
  readonly x: Tensor<"float64">;
  /** Where they began. */
  readonly start: Tensor<"float64">;
  /** Flipped at the start, never optimised. */
  readonly labels: Int32Array;
  /** The row of the training data that each was cloned from. */
  readonly sources: Int32Array;
}

/** A surrogate's training to craft points against. */
export interface PoisonTask {
  /** The surrogate: what is retrained while points are crafted. */
  readonly learner: AnyLearner;
  readonly options: Readonly<Record<string, unknown>>;
  readonly training: Dataset;
  /** Where points are cloned from; the training data where absent. */
  readonly pool?: Dataset | undefined;
  /** Points that the attacker wants to be misclassified; disjoint from the training data. */
  readonly validation: Dataset;
  /** Crafted before; part of the training data, and left where they are. */
  readonly previous?: PoisonPoints | undefined;
  /** How many new points. */
  readonly count: number;
  readonly seed: number;
  readonly runtime: Runtime;
  /** Told the share of the work that is done, 0 to 1. */
  onProgress?(done: number): void;
}

/** Points crafted on a surrogate, and what they did to its validation loss. */
export interface PoisonResult {
  /** The new points only. */
  readonly points: PoisonPoints;
  /** The attacker's mean validation loss after each new point has joined. */
  readonly losses: Float64Array;
  /** Trainings to an optimum, from the start or from where the last one ended. */
  readonly fits: number;
  /** Gradients through the training. */
  readonly gradients: number;
  /** Validation losses that were asked for. */
  readonly evaluations: number;
}

/**
 * Crafts the points of a task.
 *
 * Attacks that craft one point at a time in one pass return the same points, to the last bit, whether n of them are
 * asked for at once, or one after the other with those before as `previous`.
 */
export type PoisoningAttack = (task: PoisonTask) => Promise<PoisonResult>;
