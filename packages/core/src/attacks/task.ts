// What an attack is run on, and what comes of it.

import type { Differentiable } from "../models/open.ts";
import type { FloatType, Tensor } from "../tensor.ts";
import type { BudgetedThreat } from "../threat/threat.ts";
import type { AttackState, Points } from "./attack.ts";
import type { CleanRows } from "./cleanRows.ts";
import type { Objective } from "./objective.ts";

/** Points to attack on some models at one budget. */
export interface AttackTask {
  /** The models to attack at once; with several, the mean of their objectives is raised. */
  readonly models: readonly Differentiable[];
  /** The points to attack, inside the domain, and their true labels. */
  readonly x: Tensor<FloatType>;
  readonly labels: Int32Array;
  /** The shape of one point where the models take it in another, as images that they take as flat rows. */
  readonly shape?: readonly number[];
  /** Clean rows that the attacker has beside those. */
  readonly clean?: CleanRows;
  /** The class each point should end in; where absent, any other than its own. */
  readonly targets?: Int32Array;
  /** What the attack climbs; the margin where absent. What it reached is judged by the margin in any case. */
  readonly objective?: Objective;
  readonly threat: BudgetedThreat;
  /** Where to begin, projected first; the points themselves where absent. */
  readonly start?: Points;
  readonly seed: number;
  /** What the random stream of each point is named by, for parts of a larger set; its position where absent. */
  readonly ids?: Int32Array;
  /** Sees each iteration. */
  onState?(state: AttackState): void;
}

/** What became of points at one budget, measured by the framework and not by the attack. */
export interface AttackResult {
  /**
   * The attacked points in the type that the models take, float32 unless all take float64, inside ball and box up to
   * its rounding.
   */
  readonly points: Tensor<FloatType>;
  /**
   * What was reached, one per point, finite, whatever was climbed. Untargeted it is the margin: best other class minus
   * own class. Targeted it is the target class minus the best other. Positive means success.
   */
  readonly objective: Float64Array;
  /** Norm of each perturbation: of the points as they are returned, from those that were given. */
  readonly size: Float64Array;
  /**
   * 1 for each point that met a gradient, or scores, that are not finite: there the attack is weaker than elsewhere.
   */
  readonly nonFinite: Uint8Array;
  /** What became of the rules of a table; absent where there are none. */
  readonly rules?: RuleOutcome;
  readonly iterations: number;
  /** Rows of scores and of gradients that were asked for. */
  readonly queries: { readonly scores: number; readonly gradients: number };
}

/**
 * Which points broke the rules of their table when the attack returned them. They were put back, so what is returned
 * did not.
 */
export interface RuleOutcome {
  /** 1 for each point that broke a rule. */
  readonly broken: Uint8Array;
  /** 1 for each of them that had reached its goal and, put back, does not: wrong but invalid, and no success. */
  readonly brokenSuccess: Uint8Array;
  /** 1 for each point that breaks a rule as it is returned, since the row itself does: it is no success either. */
  readonly invalid: Uint8Array;
}
