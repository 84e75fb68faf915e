// What a study of evasion finds out, as plain data.

import type { Interval } from "../../stats/sample.ts";
import type { CorrelationPanel } from "../../transfer/correlations.ts";
import type { Claim } from "../claim.ts";
import type { Findings } from "../findings.ts";
import type { NamedAttacker } from "../namedAttacker.ts";
import type { Comparison } from "../paper/paperNumbers.ts";
import type { Transfer } from "../result.ts";
import type { AttackerGains } from "./attackerGains.ts";
import type { EnsembleOf } from "./attackers.ts";
import type { Study } from "./schema.ts";
import type { SurrogateVariability } from "./variability.ts";

/** A cell over all repetitions. */
export interface StudyCell {
  readonly surrogate: string;
  readonly target: string;
  readonly epsilon: number;
  /** Who crafted, where the study names attackers. */
  readonly attacker?: string;
  /** Mean error under attack; the interval is Student's over repetitions, or that of the one repetition. */
  readonly errorUnderAttack: Interval;
  /** Mean share that ends in the class that is wanted, likewise; where one is named. */
  readonly targeted?: Interval;
  /** Mean black-box error divided by white-box error; absent where that is 0 in some repetition. */
  readonly ratio?: number;
}

/** What a study of evasion found: what its `metrics.json` holds. */
export interface StudyResult {
  readonly carom: string;
  readonly study: Study;
  /** Hash of each data file. */
  readonly data: Readonly<Record<string, string>>;
  /** Who attacked, under the names that cells have; absent where the study names nobody. */
  readonly attackers?: readonly NamedAttacker[];
  /** What each attacker gains over one of equal compute; absent where fewer than two are named. */
  readonly attackerGains?: AttackerGains;
  /** Surrogates that were attacked together; absent where there are none. */
  readonly ensembles?: readonly EnsembleOf[];
  readonly repetitions: readonly Transfer[];
  readonly cells: readonly StudyCell[];
  /**
   * Plain mean over targets and repetitions: the paper's transfer rate of a surrogate; of targeted success where a
   * class is named.
   */
  readonly transferRates: readonly {
    readonly surrogate: string;
    readonly epsilon: number;
    readonly attacker?: string;
    readonly rate: number;
  }[];
  /** White-box errors of each target at the budgets of `attack.curve`, and at 0 its clean error. */
  readonly curves: readonly CurvePoint[];
  /** V of each surrogate's learner, where it was asked for and there are at least two training sets. */
  readonly variability: readonly SurrogateVariability[];
  /** Correlations, findings, advice and the paper's claims. */
  readonly explanation: Explanation;
  /** Ours beside the paper's printed numbers, where the study names the experiment. */
  readonly comparison?: readonly Comparison[];
}

/** The white-box error of a target at one budget, mean over repetitions. */
export interface CurvePoint {
  readonly target: string;
  readonly epsilon: number;
  readonly error: number;
  /** Of each repetition. */
  readonly errors: readonly number[];
  /** Of the mean over repetitions; absent where there is one. */
  readonly standardError?: number;
}

/** What a study of evasion explains: correlations, findings, advice and claims. */
export interface Explanation extends Findings {
  /** R against rho at each budget, then R against the ratio; p-values adjusted over all of them. */
  readonly correlations: CorrelationPanel;
  /** The paper's; none where the study is not one of its experiments. */
  readonly claims: readonly Claim[];
  /** Mean over targets of Kendall's tau between advised and observed rankings; absent where no target has one. */
  readonly meanAgreement?: number;
  /** What could not be computed, and why. */
  readonly undefinedFor: readonly string[];
}

/** What an explanation is made of. */
export type Explained = Pick<StudyResult, "study" | "repetitions" | "transferRates" | "variability" | "curves">;
