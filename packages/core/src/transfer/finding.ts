// What limits a transferred attack, in words: fixed rules on the decomposition of Eq. (16); docs/method.md states them.

import type { Decomposition } from "./decomposition.ts";

/** What keeps an attack from doing more; "none" where it does nearly all that it could. */
export type LimitingFactor = "none" | "vulnerability" | "alignment" | "variability" | "unknown";

/** What is known of one surrogate and one target at one budget; what is absent is not known. */
export interface PairFacts {
  readonly surrogate: string;
  readonly target: string;
  readonly epsilon: number;
  /** Error under attack less clean error, crafted on the surrogate. */
  readonly netIncrease: number;
  /** The same, crafted on the target itself. */
  readonly whiteBoxIncrease?: number;
  /** Mean gradient alignment R. */
  readonly alignment?: number;
  /** Loss variability V of the surrogate's learner, per point. */
  readonly variability?: number;
  readonly decomposition?: Decomposition;
  /** Why the target has no gradients, where it has none. */
  readonly noGradients?: string;
}

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
  /** A share of the white-box increase from which on nearly all of it is said to arrive. */
  arrived: 0.8,
  /** Below this share of the observed increase explained, the first order is said to explain little. */
  explained: 0.5,
} as const;

/**
 * The factor that limits the transfer of a pair, and a sentence with the numbers behind it.
 *
 * In this order: `unknown` where the target has no gradients or white-box attack; `vulnerability` where even the
 * white-box attack adds less than 0.1 of error; `none` where at least 0.8 of the white-box increase arrives;
 * `variability` where the standard deviation of the surrogate's loss over training sets, sqrt(V), exceeds the
 * rise of the target's loss; else `alignment`.
 */
export function pairFinding(facts: PairFacts): Finding {
  const factor = limitingFactor(facts);
  const { surrogate, target, epsilon } = facts;
  return { surrogate, target, epsilon, factor, sentence: `${sentenceOf(facts, factor)}${confidenceOf(facts)}` };
}

function limitingFactor(facts: PairFacts): LimitingFactor {
  const { netIncrease, whiteBoxIncrease: white, variability, decomposition } = facts;
  if (white === undefined || !decomposition) return "unknown";
  if (white < findingRules.vulnerable) return "vulnerability";
  if (netIncrease >= findingRules.arrived * white) return "none";
  if (variability !== undefined && Math.sqrt(variability) > decomposition.observed) return "variability";
  return "alignment";
}

function sentenceOf(facts: PairFacts, factor: LimitingFactor): string {
  const { surrogate, target, epsilon, netIncrease, whiteBoxIncrease: white, alignment, variability } = facts;
  const lead = `${surrogate} on ${target} at epsilon ${epsilon} adds ${points(netIncrease)} points of error`;
  const R = alignment === undefined ? "" : `, R ${number(alignment)}`;
  const known = facts.decomposition;
  const reached = known?.reached === undefined ? "" : ` reaches ${percent(known.reached)} of the bound epsilon S`;
  switch (factor) {
    case "unknown":
      return `${lead}. Why cannot be said: ${facts.noGradients ? `R and S are absent, ${facts.noGradients}` : "there is no white-box attack to compare with"}.`;
    case "vulnerability":
      return `${lead}, limited by vulnerability: even the white-box attack adds only ${points(white!)}.`;
    case "none":
      return `${lead} of the white-box ${points(white!)}: nearly all arrives${R}.`;
    case "variability":
      return (
        `${lead} of the white-box ${points(white!)}, limited by variability: with another training set the surrogate's loss ` +
        `differs by ${number(Math.sqrt(variability!))}, more than the ${number(known!.observed)} by which the attack raises the target's${R}.`
      );
    case "alignment":
      return `${lead} of the white-box ${points(white!)}, limited by alignment: its perturbation${reached}${R}.`;
  }
}

function confidenceOf({ decomposition: known, variability }: PairFacts): string {
  if (!known) return "";
  const missing = variability === undefined ? " V is unknown, so variability was not considered." : "";
  if (known.explained === undefined) return missing;
  const { observed, firstOrder, explained } = known;
  const numbers = `${number(firstOrder)} of the observed loss increase of ${number(observed)}`;
  return explained < findingRules.explained
    ? ` The linear prediction explains little of it (${percent(explained)}: ${numbers}), because the loss bends.${missing}`
    : ` The linear prediction explains ${percent(explained)} of it (${numbers}).${missing}`;
}

/** The finding on a target: what limits most of its surrogates at one budget, and which of them does best. */
export function targetFinding(findings: readonly Finding[], facts: readonly PairFacts[]): Finding | undefined {
  if (facts.length === 0) return undefined;
  const [{ target, epsilon }] = facts;
  const counts = new Map<LimitingFactor, number>();
  for (const { factor } of findings) counts.set(factor, (counts.get(factor) ?? 0) + 1);
  // Of equally frequent factors the one that was met first.
  const [factor, count] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most));
  const best = facts.reduce((most, each) => (each.netIncrease > most.netIncrease ? each : most));
  const explained = facts.flatMap(({ decomposition }) => decomposition?.explained ?? []);
  const share = explained.reduce((sum, value) => sum + value, 0) / explained.length;
  const trust =
    explained.length === 0
      ? ""
      : share < findingRules.explained
        ? ` The linear prediction explains only ${percent(share)} of the loss increases on average, so this is a weak explanation.`
        : ` The linear prediction explains ${percent(share)} of the loss increases on average.`;
  const what = {
    none: `nearly all of the white-box attack arrives from ${count} of ${facts.length} surrogates`,
    vulnerability: `its low vulnerability limits ${count} of ${facts.length} surrogates`,
    alignment: `alignment limits ${count} of ${facts.length} surrogates`,
    variability: `variability of the surrogates limits ${count} of ${facts.length}`,
    unknown: `what limits the attacks cannot be said${facts[0].noGradients ? `: R and S are absent, ${facts[0].noGradients}` : ""}`,
  }[factor];
  return {
    surrogate: best.surrogate,
    target,
    epsilon,
    factor,
    sentence: `On ${target} at epsilon ${epsilon}, ${what}. The best surrogate, ${best.surrogate}, adds ${points(best.netIncrease)} points of error.${trust}`,
  };
}

const points = (share: number) => (100 * share).toFixed(1);
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
const number = (value: number) => String(Number(value.toPrecision(3)));
