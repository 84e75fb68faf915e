// Two versions of a model, audited on the same points: whether one is misled more often than the other, attack by
// attack.

import { InputError } from "../../errors.ts";
import { pairedCounts } from "../../stats/newcombe.ts";
import { VERSION } from "../../version.ts";
import { TARGET } from "../names.ts";
import type { AuditResult } from "../result.ts";
import { sourceName } from "./attackerRows.ts";
import { type AuditedVersion, pairsOf, requireSamePoints, type SamplePair } from "./auditedVersion.ts";
import { type Increase, increases, sharedBudgets } from "./increase.ts";
import { type PairedErrors, pairedErrors } from "./pairedErrors.ts";
import { misledIn } from "./standing.ts";

/** The same at a budget. */
export interface PairedErrorsAt extends PairedErrors {
  readonly epsilon: number;
}

/** The same under one attacker. */
export interface ComparedCell extends PairedErrorsAt {
  /** What the points were crafted on; the version itself for its white-box attack. */
  readonly surrogate: string;
  readonly attacker?: string;
  /** Whether every perturbation is as long in both audits, as it is where one craft served both. */
  readonly isSameCraft: boolean;
}

/** What two audits of the same points say together. */
export interface AuditComparison {
  readonly carom: string;
  readonly seed: number;
  readonly versions: readonly [first: VersionFacts, second: VersionFacts];
  /** What both audits have in common; budgets are those that both have. */
  readonly asked: Pick<
    AuditResult["asked"],
    "norm" | "units" | "targetClass" | "epsilons" | "dataHash" | "points" | "classNames"
  >;
  /** How many comparisons there are, all of which intervals and adjusted p-values hold for at once. */
  readonly comparisons: number;
  readonly clean: PairedErrors;
  /** Points that at least one of the attackers on surrogates misleads, at each budget. */
  readonly any: readonly PairedErrorsAt[];
  readonly cells: readonly ComparedCell[];
  /** Attackers that only one of the audits has. */
  readonly leftOut: readonly string[];
  /** What is to be known of the data and the versions, a sentence each. */
  readonly warnings: readonly string[];
  /** What a gate decides on: the strongest single surrogate of the second less that of the first. */
  readonly increases: readonly Increase[];
}

/** Which version it is. */
interface VersionFacts {
  readonly name: string;
  readonly targetHash: string;
}

/**
 * Compares two audits of the same points: no attack, each attacker at each budget that both have, and at each budget
 * all attackers on surrogates together (a point counts where any of them misleads the version).
 *
 * Of m comparisons each difference stands with Newcombe's interval for paired shares at level 1 - 0.05 / m, and with
 * the p-value of McNemar's exact test, adjusted by Holm; the verdict is the test's. Both see points alone: what another
 * split, another training of the surrogates or another seed would give is in neither.
 *
 * @throws InputError where points, classes, norms or units differ, or no budget is shared
 */
export function compareAudits(first: AuditedVersion, second: AuditedVersion): AuditComparison {
  // Audits of other goals have other points, too.
  const epsilons = sharedBudgets(second.result, first.result);
  requireSamePoints(first, second);
  const pairs = pairsOf(first, second, epsilons);
  const [some] = pairs;
  if (!some) {
    throw new InputError("invalid", "audits to compare", {
      expected: "an attacker that both have",
      got: `${sourcesOf(first).join(", ")} and ${sourcesOf(second).join(", ")}`,
      remedy: "audit both versions with the same --surrogates and --attackers",
    });
  }
  const clean = pairedCounts(wrongWhenClean(some.first), wrongWhenClean(some.second));
  const crafted = pairs.filter(({ first: { surrogate } }) => surrogate !== TARGET);
  const any = epsilons.flatMap((epsilon) => {
    const own = crafted.filter((pair) => pair.first.epsilon === epsilon);
    return own.length === 0 ? [] : [{ epsilon, counts: pairedCounts(misled(own, "first"), misled(own, "second")) }];
  });
  const alone = pairs.map(({ first, second }) => pairedCounts(misledIn(first), misledIn(second)));
  const all = pairedErrors([clean, ...any.map(({ counts }) => counts), ...alone]);
  const [sourcesOfFirst, sourcesOfSecond] = [sourcesOf(first), sourcesOf(second)];
  const { classNames } = second.result.asked;
  const { norm, units, targetClass, dataHash, points } = first.result.asked;
  const facts = ({ name, result }: AuditedVersion): VersionFacts => ({ name, targetHash: result.asked.targetHash });
  return {
    carom: VERSION,
    seed: first.result.seed,
    versions: [facts(first), facts(second)],
    asked: {
      norm,
      ...(units && { units }),
      ...(targetClass !== undefined && { targetClass }),
      epsilons,
      dataHash,
      points,
      classNames,
    },
    comparisons: all.length,
    clean: all[0],
    any: any.map(({ epsilon }, i) => ({ epsilon, ...all[1 + i] })),
    cells: pairs.map(({ first, second }, i): ComparedCell => {
      const { surrogate, attacker, epsilon, size } = first;
      const isSameCraft = surrogate !== TARGET && size.every((length, j) => length === second.size[j]);
      const crafter = attacker === undefined ? {} : { attacker };
      return { surrogate, ...crafter, epsilon, isSameCraft, ...all[1 + any.length + i] };
    }),
    leftOut: [
      ...sourcesOfFirst.filter((each) => !sourcesOfSecond.includes(each)),
      ...sourcesOfSecond.filter((each) => !sourcesOfFirst.includes(each)),
    ],
    warnings: warningsOf(first, second),
    increases: increases(second, first),
  };
}

const sourcesOf = ({ samples }: AuditedVersion): string[] => [...new Set(samples.map(sourceName))];

const wrongWhenClean = (judged: SamplePair["first"]) => misledIn({ ...judged, attackedLabels: judged.cleanLabels });

/** For each point, 1 where any of the attackers misleads the version. */
function misled(pairs: readonly SamplePair[], version: keyof SamplePair): Uint8Array {
  const all = pairs.map((pair) => misledIn(pair[version]));
  return all[0].map((_, i) => Number(all.some((wrong) => wrong[i] === 1)));
}

/** What both audits warn of once, what one of them does with the letter of its version. */
function warningsOf({ result: first }: AuditedVersion, { result: second }: AuditedVersion): string[] {
  const [one, other] = [first.asked.warnings ?? [], second.asked.warnings ?? []];
  return [
    ...one.map((each) => (other.includes(each) ? each : `A: ${each}`)),
    ...other.filter((each) => !one.includes(each)).map((each) => `B: ${each}`),
  ];
}
