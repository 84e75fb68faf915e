// A claim of the paper that a study can hold or not, and what claims of every kind are decided from.

import { exceeds } from "../stats/ties.ts";
import { permutationPText } from "../transfer/correlations.ts";
import type { Evidence } from "./evidence.ts";
import { isWhole, type Measured, sizeIn, whiteBoxIn } from "./measured.ts";
import { compare, SIGNIFICANT, type Signs, signsOf } from "./paper/signs.ts";
import type { MeanModel } from "./repetitionMeans.ts";

/** A statement about transfer, and whether the numbers bear it out. */
export interface Claim {
  readonly id: string;
  readonly claim: string;
  /**
   * "held": so in the means, and beyond chance. "not shown": so in the means, but single repetitions agree no more than
   * they may by chance. "not held": not so in the means.
   */
  readonly verdict: "held" | "not shown" | "not held" | "not tested";
  /** The numbers that decided, or why there are none. */
  readonly numbers: readonly string[];
}

/** One thing that a claim says, and the numbers that decide it. */
export interface Check {
  /** Whether it is so in the means over repetitions. */
  readonly held: boolean;
  /** Whether it is so beyond chance. */
  readonly shown: boolean;
  readonly numbers: string;
}

/** A check of means, shown where it comes out in so many repetitions that the sign test's p is below .05. */
export function check(held: boolean, signs: Signs, numbers: string): Check {
  const shown = signs.p !== undefined && signs.p < SIGNIFICANT && 2 * signs.agreeing > signs.of;
  return { held, shown, numbers: `${numbers} (${signsText(signs)})` };
}

/**
 * A claim that holds where each of its checks does, and is not tested where there are none: then `without` says why.
 * `beside` are numbers that decide nothing.
 */
export function claim(
  id: string,
  text: string,
  checks: readonly Check[],
  without: string,
  beside: readonly string[] = [],
): Claim {
  const outcomes = checks.map(({ held, shown }) => (held ? (shown ? "yes" : "not beyond chance") : "no"));
  return {
    id,
    claim: text,
    verdict:
      checks.length === 0
        ? "not tested"
        : outcomes.includes("no")
          ? "not held"
          : outcomes.includes("not beyond chance")
            ? "not shown"
            : "held",
    numbers:
      checks.length === 0 ? [without] : [...checks.map(({ numbers }, i) => `${outcomes[i]}: ${numbers}`), ...beside],
  };
}

/** What is known of a model before its numbers. */
interface Placed {
  readonly role: string;
  readonly learner?: string;
  readonly complexity?: string;
  readonly share?: number;
}

/** A learner with its model of high and its model of low complexity. */
export interface Family<M> {
  readonly learner: string;
  readonly high: M;
  readonly low: M;
}

/** The learners that take part with high and low complexity on one side, models on a part of the rows left out. */
export function familiesOf<M extends Placed>(models: readonly M[], role: M["role"]): Family<M>[] {
  const side = models.filter((model) => model.role === role && isWhole(model));
  return [...new Set(side.map(({ learner }) => learner))].flatMap((learner) => {
    const of = (level: string) => side.find((model) => model.learner === learner && model.complexity === level);
    const [high, low] = [of("high"), of("low")];
    return learner !== undefined && high && low ? [{ learner, high, low }] : [];
  });
}

/** Why claims about families are not tested where there are none. */
export const noFamilies = "no learner has a model of high and one of low complexity";

/** In how many repetitions, how many of the others are ties, and the sign test's p, as the paper's Table 1. */
function signsText({ agreeing, of, repetitions, p }: Signs): string {
  if (repetitions === 1) return "one repetition";
  const ties = of < repetitions ? `, ${repetitions - of} tied` : "";
  const test = p !== undefined ? `, sign test p ${threeDigits(p)}` : "";
  return `${agreeing} of ${repetitions} repetitions${ties}${test}`;
}

/** A number as claims write it: three significant digits. */
export const threeDigits = (value: number) => String(Number(value.toPrecision(3)));

/** In how many repetitions a comparison comes out. */
export function inRepetitions(
  { repetitions }: Pick<Evidence, "repetitions">,
  comparison: (each: Measured) => number,
): Signs {
  return signsOf(repetitions.map(comparison));
}

/** The mean white-box error of a model. */
export function whiteBoxError({ cells }: Pick<Evidence, "cells">, id: string, budget: number): number | undefined {
  return cells.find((cell) => cell.surrogate === id && cell.target === id && cell.budget === budget)?.error;
}

/** That within each family the target of high complexity has larger S and larger white-box error. */
export function sizeAndError(evidence: Evidence, budget: number): Check[] {
  return familiesOf<MeanModel>(evidence.models, "target").flatMap(({ learner, high, low }): Check[] => {
    const [e, f] = [high, low].map(({ id }) => whiteBoxError(evidence, id, budget));
    if (high.size === undefined || low.size === undefined || e === undefined || f === undefined) return [];
    const signs = inRepetitions(evidence, (each) =>
      Math.min(
        compare(sizeIn(each, high.id), sizeIn(each, low.id)),
        compare(whiteBoxIn(each, high.id, budget), whiteBoxIn(each, low.id, budget)),
      ),
    );
    const numbers =
      `${learner}: S ${threeDigits(high.size)} against ${threeDigits(low.size)}, white-box error ` +
      `${threeDigits(e)} against ${threeDigits(f)}`;
    return [check(exceeds(high.size, low.size) && exceeds(e, f), signs, numbers)];
  });
}

/**
 * That R correlates with rho at one budget and with the ratio at another, as far as they are defined; with Holm's
 * adjustment and Mantel's p where `adjusted`, else by the analytic p alone, beside which Mantel's stands.
 */
export function alignmentPredicts(
  { correlations }: Evidence,
  rhoAt: number,
  ratioAt: number,
  adjusted: boolean,
): Check[] {
  const wanted = [
    { quantity: "rho", budget: rhoAt },
    { quantity: "ratio", budget: ratioAt },
  ];
  return wanted.flatMap(({ quantity, budget }): Check[] => {
    const found = correlations.correlations.filter(
      (each) => each.quantity === quantity && each.budget === budget && each.coefficient !== "spearman",
    );
    if (found.length === 0) return [];
    const numbers = found.map(
      ({ coefficient, statistic, n, p, holmP, permutationP, permutations }) =>
        `${coefficient} ${statistic.toFixed(3)}, n ${n}, ` +
        `${adjusted ? `Holm p ${threeDigits(holmP)}` : `p ${threeDigits(p)}`}, Mantel p ` +
        `${permutationPText(permutationP, permutations)}`,
    );
    const held = found.every(
      ({ statistic, p, holmP, holmPermutationP }) =>
        statistic > 0 && (adjusted ? holmP < SIGNIFICANT && holmPermutationP < SIGNIFICANT : p < SIGNIFICANT),
    );
    return [{ held, shown: held, numbers: `R against ${found[0].y}: ${numbers.join("; ")}` }];
  });
}
