// What an audit finds out, as plain data: the content of metrics.json. No times, no paths, so that equal runs are
// equal.

import type { Attacker } from "../attacks/attacker.ts";
import type { Interval } from "../stats/sample.ts";
import type { Norm } from "../threat/norm.ts";
import type { Advice, Agreement } from "../transfer/advice.ts";
import type { Finding } from "../transfer/finding.ts";
import type { Rate } from "../transfer/rates.ts";
import type { SizeDefinition } from "../transfer/sizeDefinitions.ts";
import type { Shortfall } from "./audit/shortfall.ts";
import type { Standings } from "./audit/standing.ts";
import type { MeasuredModel } from "./measured.ts";
import type { AuditAttacker } from "./namedAttacker.ts";
import type { Cost } from "./tasks/craftCost.ts";

/** A model that took part: what it is and how it stands without any attack; cells and pairs refer to its id. */
export interface AuditModel extends MeasuredModel {
  /** Name of the learner; absent for a model brought as a file. */
  readonly learner?: string;
  /** High complexity: weakly regularised; low: strongly. */
  readonly complexity?: "high" | "low";
  /** The learner's options, defaults included. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** How training ended, such as the duality gap or the last loss. */
  readonly training?: Readonly<Record<string, number | string>>;
  readonly cleanError: Rate;
  /**
   * Without attack, the share of the points of other classes that is taken for the class that is wanted; where one is
   * named.
   */
  readonly cleanTargeted?: Rate;
  /** Mean cross-entropy of the attacked points before the attack; absent where only classes are named. */
  readonly cleanLoss?: number;
  /** Mean input-gradient size S (paper Eq. 17); absent for a model without gradients. */
  readonly gradientSize?: Interval;
  /** Mean S under another definition, where one was asked for. */
  readonly otherSize?: Interval & { readonly definition: SizeDefinition };
  /** Mean eigenvalue of largest absolute value of the loss's input Hessian; where smoothness was asked for. */
  readonly curvature?: Interval;
  /** Mean cosine of the gradient at a point and at a random one on the ball of the smallest budget; likewise. */
  readonly turning?: Interval;
  /** Why there are no gradients, where there are none. */
  readonly noGradients?: string;
  /** Points at which the gradient of the loss is exactly zero, where there are some: they have no R. */
  readonly flat?: { readonly count: number; readonly n: number };
  /**
   * Points whose loss or loss gradient is not finite, where there are some: clean loss, S, R and predictions are
   * without them.
   */
  readonly leftOut?: { readonly count: number; readonly n: number };
  /**
   * Points that met gradients or scores that are not finite while they were crafted on this model, where there are
   * some.
   */
  readonly nonFinite?: { readonly count: number; readonly n: number };
}

/** Points crafted on one model with one budget, judged on one model. On the diagonal that is the white-box attack. */
export interface AuditCell {
  /** The model the points were crafted on (a surrogate, or the target itself as the white-box reference). */
  readonly surrogate: string;
  /** The model the points are judged on. */
  readonly target: string;
  readonly epsilon: number;
  /** Who crafted them, by the name in `attackers`; absent where it is the strongest attack on one model by itself. */
  readonly attacker?: string;
  /** Rows of scores and of gradients that crafting asked surrogates for, per point, of all models attacked together. */
  readonly cost?: Cost;
  /**
   * Under rules of a table: of all points, those that broke a rule as the attack left them, and were put back; and
   * those of them that would have misled the model they were crafted on, wrong but invalid, which is no success here.
   * What is judged obeys the rules.
   */
  readonly brokeRules?: Rate;
  readonly wrongButInvalid?: Rate;
  /** Errors after the attack among all points. */
  readonly errorUnderAttack: Rate;
  /** Errors after the attack among the points that were classified right; absent where none was. */
  readonly success?: Rate;
  /** Targeted success: those that end in the class that is wanted, among the points of others; where one is named. */
  readonly targeted?: Rate;
  /**
   * Error under attack minus clean error, on the same points; where one class is wanted, the share that ends in it
   * minus the share that is taken for it anyway.
   */
  readonly netIncrease: Interval;
  /**
   * Of all points, how many end in the same wrong class as on the surrogate, and in another wrong class; absent where
   * the surrogate did not judge its points, as several models together cannot.
   */
  readonly sameWrongClass?: Rate;
  readonly otherWrongClass?: Rate;
  /** Mean cross-entropy of the judged model under attack, minus before; absent where only classes are named. */
  readonly lossIncrease?: number;
  /** What the first-order approximation says it would be: mean of delta . gradient (paper Eq. 16). */
  readonly predictedIncrease?: number;
  /**
   * The share of the largest first-order increase within the budget that the perturbations have on the judged model,
   * mean over points: alignment of what was crafted, where R is that of plain gradients.
   */
  readonly attackAlignment?: number;
  /** What it would be if both losses were linear and there were no box: mean of epsilon S R for L2 (paper Eq. 16). */
  readonly linearisedIncrease?: number;
  /** rho: mean correlation of the perturbations crafted on the two models; where it was asked for. */
  readonly perturbationCorrelation?: number;
  /**
   * Error under attack, or targeted success, divided by the white-box one of the judged model; absent where that is 0
   * or unknown.
   */
  readonly ratio?: number;
}

/** Gradient alignment R of two models (paper Eq. 18), mean over points. */
export interface AuditPair {
  readonly surrogate: string;
  readonly target: string;
  readonly alignment: Interval;
}

/** How alike the outputs of two models are on clean points; needs no gradients. */
export interface OutputPair {
  readonly surrogate: string;
  readonly target: string;
  readonly labelAgreement: Rate;
  /** Pearson's correlation of margins; absent where one is constant. */
  readonly marginCorrelation?: number;
}

/** What is measured of models against each other on the same attacked points. */
export interface Transfer {
  readonly models: readonly AuditModel[];
  /** What cells may name in `surrogate` that is no model: several that were attacked together. */
  readonly ensembles?: readonly { readonly id: string; readonly name: string }[];
  readonly cells: readonly AuditCell[];
  readonly pairs: readonly AuditPair[];
  readonly outputs?: readonly OutputPair[];
}

/** Alignment with a target that gives scores only: an estimate, from finite differences of its loss. */
export interface AlignmentEstimate {
  /** Points at which differences were taken, and rows that this asked for. */
  readonly points: number;
  readonly queries: number;
  /** The Euclidean length of each difference's halves. */
  readonly step: number;
  /** Directions at each point beside those of the surrogates' gradients. */
  readonly randomDirections: number;
  readonly pairs: readonly {
    readonly surrogate: string;
    /** Mean rise of the target's loss per unit length along the surrogate's gradient: S times R in L2. */
    readonly slope: Interval;
    /** Mean of the estimates of R. */
    readonly alignment: Interval;
  }[];
}

/** A ranking of surrogates for one target from metrics that need no attack, and how it agreed with what happened. */
export interface TargetAdvice extends Advice {
  readonly target: string;
  /** Against the error under attack at this budget; absent below three surrogates or where all are alike. */
  readonly epsilon: number;
  readonly agreement?: Agreement;
}

/** What an audit found, without its points: what `metrics.json` holds. */
export interface AuditResult extends Transfer {
  readonly carom: string;
  readonly seed: number;
  /** What was asked: everything that decides the numbers. */
  readonly asked: {
    readonly dataHash: string;
    /**
     * What the data are known by: their content and all that changed how it was read; absent where only their content
     * is known.
     */
    readonly dataIdentity?: string;
    readonly targetHash: string;
    /** Where the target is a service: its address and what it says it is, how it is asked, and what it answers. */
    readonly service?: {
      readonly address: string;
      readonly model?: string;
      readonly protocol: string;
      readonly answers: "scores" | "labels";
    };
    readonly classNames: readonly string[];
    readonly featureShape: readonly number[];
    /** Names of the features, where the data have them. */
    readonly featureNames?: readonly string[];
    readonly norm: Norm["name"];
    /** What budgets are in: ranges of features, or costs of a features file; the features' own units where absent. */
    readonly units?: "features" | "ranges" | "costs";
    /** Of the rules of a features file, where there were some: audits under other rules do not compare. */
    readonly featuresHash?: string;
    readonly epsilons: readonly number[];
    readonly box: readonly [number, number];
    /** "columns": each feature has bounds of its own, all of them inside the box. */
    readonly bounds?: "columns";
    /** The class that points of others are to end in, and rates are of; any wrong one where absent. */
    readonly targetClass?: string;
    /** What attackers raise; the margin where absent. */
    readonly objective?: string;
    /** Points that are attacked. */
    readonly points: number;
    /** Rows the surrogates were trained on. */
    readonly surrogateRows: number;
    /** How each surrogate is attacked by itself; by the strongest attack where absent. */
    readonly attack?: Attacker;
    /** Who attacks beside that. */
    readonly attackers?: readonly AuditAttacker[];
    /** Rows the target was trained on, where it was trained here. */
    readonly targetRows?: number;
    /** What the attacker knows: training data, features, learner, parameters; a sentence each. */
    readonly attackerKnows: readonly string[];
    /** Choices that nobody made explicitly, a sentence each. */
    readonly defaults: readonly string[];
    readonly warnings: readonly string[];
  };
  /**
   * Where surrogates are at chance, or all clearly worse than the target, so that less follows than the numbers say.
   */
  readonly shortfall?: Shortfall;
  /** How surrogates stand on the target, the strongest first. */
  readonly standings: Standings;
  /** The answer in plain sentences: how much falls at which budget; which surrogate does it best, and why. */
  readonly answer: readonly string[];
  /** What limits each surrogate on the target, at each budget, in words. */
  readonly findings?: readonly Finding[];
  /** The same of the target as a whole, one for each budget. */
  readonly targetFindings?: readonly Finding[];
  readonly advice?: readonly TargetAdvice[];
  /** In place of R, where the target gives scores only and the estimate was asked for. */
  readonly estimate?: AlignmentEstimate;
}

/** One attacked point to look at: not a metric, only shown in the report. */
export interface ExampleImage {
  readonly index: number;
  /** Height and width, for points that are images. */
  readonly imageShape: readonly [number, number];
  readonly original: Float32Array;
  readonly attacked: Float32Array;
  readonly label: string;
  readonly surrogate: string;
  readonly epsilon: number;
  /** What each model says of the attacked point. */
  readonly verdicts: readonly { readonly target: string; readonly label: string; readonly wrong: boolean }[];
}
