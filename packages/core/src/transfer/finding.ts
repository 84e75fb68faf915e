// What limits a transferred attack, in words: fixed rules on the decomposition of Eq. (16); docs/method.md states them.

import { percentage, short } from "../numbers.ts";
import type { Interval } from "../stats/sample.ts";
import type { Decomposition } from "./decomposition.ts";

/**
 * What keeps an attack from doing more; "none" where it does nearly all that it could, "masking" where it does more.
 */
export type LimitingFactor = (typeof limitingFactors)[number];
export const limitingFactors = ["none", "masking", "vulnerability", "alignment", "variability", "unknown"] as const;

/** What is known of one surrogate and one target at one budget; what is absent is not known. */
export interface PairFacts {
  readonly surrogate: string;
  readonly target: string;
  /** What sentences call the two, where that is not how they are told apart. */
  readonly names?: { readonly surrogate: string; readonly target: string };
  readonly epsilon: number;
  /** What an attack adds to, after a number of points in 100. */
  readonly gain: string;
  /** Whether attackers climb another loss than the one that R, S, V and the decomposition are of. */
  readonly isOfOtherLoss?: boolean;
  /** What is reached under attack less what is so without, crafted on the surrogate. */
  readonly netIncrease: number;
  readonly netInterval?: Interval;
  /** The same, crafted on the target itself. */
  readonly whiteBoxIncrease?: number;
  readonly whiteBoxInterval?: Interval;
  /** Mean gradient alignment R. */
  readonly alignment?: number;
  /** Loss variability V of the surrogate's learner, per point. */
  readonly variability?: number;
  readonly decomposition?: Decomposition;
  /** Why the target has no gradients, where it has none. */
  readonly noGradients?: string;
}

/** What limits transfer from a surrogate to a target at a budget, in a sentence. */
export interface Finding {
  readonly surrogate: string;
  readonly target: string;
  readonly epsilon: number;
  readonly factor: LimitingFactor;
  readonly sentence: string;
}

/** The thresholds of the rules. */
export const findingRules = {
  /** A white-box attack that adds less error than this finds too little to transfer. */
  vulnerable: 0.1,
  /**
   * A transferred attack that adds so much more error than the white-box one, beyond chance, shows masked gradients.
   */
  masked: 0.05,
  /**
   * A share of the white-box increase from which on nearly all of it is said to arrive; likewise of the bound epsilon
   * S.
   */
  arrived: 0.8,
  /** Below this share of the observed increase explained, the first order is said to explain little. */
  explained: 0.5,
} as const;

/**
 * The factor that limits the transfer of a pair, and a sentence with the numbers behind it.
 *
 * In this order: `unknown` where the target has no gradients or white-box attack; `masking` where the transferred
 * attack adds at least 0.05 more error than the white-box one and their intervals lie apart; `vulnerability` where even
 * the white-box attack adds less than 0.1 of error; `none` where at least 0.8 of the white-box increase arrives;
 * `variability` where the standard deviation of the surrogate's loss over training sets, sqrt(V), exceeds the rise of
 * the target's loss; `alignment` where the perturbation reaches less than 0.8 of the bound epsilon S; else `unknown`.
 */
export function pairFinding(facts: PairFacts): Finding {
  const factor = limitingFactor(facts);
  const { surrogate, target, epsilon } = facts;
  return { surrogate, target, epsilon, factor, sentence: `${sentenceOf(facts, factor)}${confidenceOf(facts)}` };
}

function limitingFactor(facts: PairFacts): LimitingFactor {
  const { netIncrease, netInterval, whiteBoxIncrease: white, whiteBoxInterval, variability, decomposition } = facts;
  if (white === undefined || !decomposition) return "unknown";
  const isApart =
    netInterval !== undefined && whiteBoxInterval !== undefined && netInterval.low > whiteBoxInterval.high;
  if (isApart && netIncrease - white >= findingRules.masked) return "masking";
  if (white < findingRules.vulnerable) return "vulnerability";
  if (netIncrease >= findingRules.arrived * white) return "none";
  if (facts.isOfOtherLoss) return "unknown";
  if (variability !== undefined && Math.sqrt(variability) > decomposition.observed) return "variability";
  const { reached } = decomposition;
  return reached !== undefined && reached < findingRules.arrived ? "alignment" : "unknown";
}

function sentenceOf(facts: PairFacts, factor: LimitingFactor): string {
  const { epsilon, netIncrease, whiteBoxIncrease: white, alignment, variability } = facts;
  const { surrogate, target } = facts.names ?? facts;
  const lead =
    `${surrogate} on ${target} at epsilon ${epsilon} adds ${points(netIncrease, facts.netInterval)} points ` +
    facts.gain;
  const R = alignment === undefined || facts.isOfOtherLoss ? "" : `, R ${short(alignment)}`;
  const known = facts.decomposition;
  const reached = known?.reached === undefined ? "" : ` reaches ${percentage(known.reached)} of the bound epsilon S`;
  switch (factor) {
    case "unknown":
      return `${lead}. Why cannot be said: ${whyUnknown(facts)}.`;
    case "masking":
      return (
        `${lead}, more than the white-box ${points(white!, facts.whiteBoxInterval)}: the target's gradients are ` +
        `masked${R}.`
      );
    case "vulnerability":
      return (
        `${lead}, limited by vulnerability: even the white-box attack adds only ` +
        `${points(white!, facts.whiteBoxInterval)}.`
      );
    case "none":
      return `${lead} of the white-box ${points(white!)}: nearly all arrives${R}.`;
    case "variability":
      return (
        `${lead} of the white-box ${points(white!)}, limited by variability: with another training set the ` +
        `surrogate's loss differs by ${short(Math.sqrt(variability!))}, more than the ${short(known!.observed)} by ` +
        `which the attack raises the target's${R}.`
      );
    case "alignment":
      return `${lead} of the white-box ${points(white!)}, limited by alignment: its perturbation${reached}${R}.`;
  }
}

function whyUnknown({ noGradients, whiteBoxIncrease, isOfOtherLoss, decomposition: known }: PairFacts): string {
  if (noGradients !== undefined) return `R and S are absent, ${noGradients}`;
  if (whiteBoxIncrease === undefined) return "there is no white-box attack to compare with";
  if (isOfOtherLoss) return "R and S are of the loss of points' own classes, and attackers climb another one";
  if (known?.reached === undefined) return "the target's loss has no gradient at these points";
  return (
    `its perturbation reaches ${percentage(known.reached)} of the bound epsilon S, so that alignment does not ` +
    "limit it"
  );
}

function confidenceOf({ decomposition: known, variability, isOfOtherLoss }: PairFacts): string {
  if (!known || isOfOtherLoss) return "";
  const missing = variability === undefined ? " V is unknown, so variability was not considered." : "";
  if (known.explained === undefined) return missing;
  const { observed, firstOrder, explained } = known;
  const numbers = `${short(firstOrder)} of the observed loss increase of ${short(observed)}`;
  return explained < findingRules.explained
    ? ` The linear prediction explains little of it (${percentage(explained)}: ${numbers}), because the loss ` +
        `bends.${missing}`
    : ` The linear prediction explains ${percentage(explained)} of it (${numbers}).${missing}`;
}

/** The finding on a target: what limits most of its surrogates at one budget, and which of them does best. */
export function targetFinding(findings: readonly Finding[], facts: readonly PairFacts[]): Finding | undefined {
  if (facts.length === 0) return undefined;
  const [{ target, epsilon }] = facts;
  const counts = new Map<LimitingFactor, number>();
  for (const { factor } of findings) counts.set(factor, (counts.get(factor) ?? 0) + 1);
  // Masked gradients make white-box numbers, and all that is said by them, worthless; else the most frequent factor, of
  // equally frequent ones the one that was met first.
  const [factor, count] = [...counts].reduce((most, each) =>
    most[0] !== "masking" && (each[0] === "masking" || each[1] > most[1]) ? each : most,
  );
  const best = facts.reduce((most, each) => (each.netIncrease > most.netIncrease ? each : most));
  const [{ gain, isOfOtherLoss }] = facts;
  const explained = isOfOtherLoss ? [] : facts.flatMap(({ decomposition }) => decomposition?.explained ?? []);
  const share = explained.reduce((sum, value) => sum + value, 0) / explained.length;
  const trust =
    explained.length === 0 || factor === "masking"
      ? ""
      : share < findingRules.explained
        ? ` The linear prediction explains only ${percentage(share)} of the loss increases on average, so this is ` +
          "a weak explanation."
        : ` The linear prediction explains ${percentage(share)} of the loss increases on average.`;
  const what = {
    none: `nearly all of the white-box attack arrives from ${count} of ${facts.length} surrogates`,
    masking:
      `transfer is stronger than the white-box attack from ${count} of ${facts.length} surrogates: its gradients ` +
      "are masked",
    vulnerability: `its low vulnerability limits ${count} of ${facts.length} surrogates`,
    alignment: `alignment limits ${count} of ${facts.length} surrogates`,
    variability: `variability of the surrogates limits ${count} of ${facts.length}`,
    unknown:
      "what limits the attacks cannot be " +
      `said${isOfOtherLoss ? " by R and S, which are of another loss than attackers climb" : ""}` +
      `${facts[0].noGradients ? `: R and S are absent, ${facts[0].noGradients}` : ""}`,
  }[factor];
  return {
    surrogate: best.surrogate,
    target,
    epsilon,
    factor,
    sentence:
      `On ${(best.names ?? best).target} at epsilon ${epsilon}, ${what}. ` +
      `${facts.length === 1 ? "The only surrogate" : "The strongest surrogate on these points"}, ` +
      `${(best.names ?? best).surrogate}, adds ${points(best.netIncrease, best.netInterval)} points ${gain}.${trust}`,
  };
}

/** Points in 100, with their interval where it is known. */
function points(share: number, interval?: Interval): string {
  const one = (value: number) => (100 * value).toFixed(1);
  return interval ? `${one(share)} (${one(interval.low)} to ${one(interval.high)})` : one(share);
}
