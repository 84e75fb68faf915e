// What a study of poisoning finds out, as plain data.

import type { Interval } from "../../stats/sample.ts";
import type { CorrelationPanel } from "../../transfer/correlations.ts";
import type { Rate } from "../../transfer/rates.ts";
import type { Claim } from "../claim.ts";
import type { SurrogateVariability } from "../evasion/variability.ts";
import type { MeasuredModel } from "../measured.ts";
import type { AuditPair } from "../result.ts";
import type { PoisoningStudy } from "./schema.ts";

/** A model that took part. */
export interface PoisonModel extends MeasuredModel {
  readonly learner: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Error on the test rows without poisoning; of targets. */
  readonly cleanError?: Rate;
  /**
   * S: mean length of the gradient of the summed validation loss by a poisoning point at its start, on its own data.
   */
  readonly gradientSize?: Interval;
  /** Mean L2 distance that points crafted on it were moved, and the share of them that moved at all. */
  readonly displacement?: Interval;
  readonly moved?: number;
  /** What crafting took. */
  readonly effort?: { readonly fits: number; readonly gradients: number; readonly evaluations: number };
}

/** Points crafted on one model that another one learned from too. On the diagonal of targets that is white-box. */
export interface PoisonCell {
  readonly surrogate: string;
  readonly target: string;
  /** The share asked for, and the number of points that it is. */
  readonly fraction: number;
  readonly points: number;
  /** Errors among all test rows. */
  readonly errorUnderAttack: Rate;
  /** Minus the clean error, on the same rows. */
  readonly netIncrease: Interval;
  /** Divided by the white-box error of the same target; absent where that is 0 or unknown. */
  readonly ratio?: number;
  /** rho: mean correlation of how points were moved from the same starts on the two models. */
  readonly perturbationCorrelation?: number;
  /** What the target chose when it tuned its regularisation again. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** One repetition. */
export interface PoisonTransfer {
  readonly models: readonly PoisonModel[];
  readonly cells: readonly PoisonCell[];
  /** R of a surrogate's and a target's gradients by the same points at their start. */
  readonly pairs: readonly AuditPair[];
}

/** A cell over all repetitions. */
export interface PoisoningCell {
  readonly surrogate: string;
  readonly target: string;
  readonly fraction: number;
  /** Mean error; the interval is Student's over repetitions, or that of the one repetition. */
  readonly errorUnderAttack: Interval;
  readonly ratio?: number;
}

/** What a study of poisoning found: what its `metrics.json` holds. */
export interface PoisoningResult {
  readonly carom: string;
  readonly study: PoisoningStudy;
  readonly data: Readonly<Record<string, string>>;
  readonly repetitions: readonly PoisonTransfer[];
  readonly cells: readonly PoisoningCell[];
  /** Plain mean over targets and repetitions: the paper's transfer rate of a surrogate. */
  readonly transferRates: readonly { readonly surrogate: string; readonly fraction: number; readonly rate: number }[];
  readonly variability: readonly SurrogateVariability[];
  readonly explanation: PoisoningExplanation;
}

/** What a study of poisoning explains: correlations and claims. */
export interface PoisoningExplanation {
  /** R against rho and against the black/white ratio at each fraction; p-values adjusted over all of them. */
  readonly correlations: CorrelationPanel;
  /** The paper's; none where the study is not one of its experiments. */
  readonly claims: readonly Claim[];
  /** What could not be computed, and why. */
  readonly undefinedFor: readonly string[];
}

export type PoisoningExplained = Pick<PoisoningResult, "study" | "repetitions" | "transferRates" | "variability">;
