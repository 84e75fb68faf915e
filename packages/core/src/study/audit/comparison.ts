// Two versions of a model, audited on the same points: whether one is misled more often than the other, attack by attack.

import { InputError } from "../../errors.ts";
import { mcnemar } from "../../stats/mcnemar.ts";
import { holm } from "../../stats/multiple.ts";
import { newcombePaired, type PairedCounts } from "../../stats/newcombe.ts";
import type { Interval } from "../../stats/sample.ts";
import { TARGET } from "../names.ts";
import type { AuditResult } from "../result.ts";
import { VERSION } from "../version.ts";
import { sourceName } from "./attackerRows.ts";
import { type Compared, type Increase, increases, sharedBudgets } from "./increase.ts";
import type { Judged } from "./standing.ts";

/** What an audit says of one version of a model. */
export interface AuditedVersion {
  /** As it was named. */
  readonly name: string;
  readonly result: Compared & {
    readonly asked: Pick<AuditResult["asked"], "classNames" | "targetHash">;
  };
  /** What became of each point on the target, with the norm of each perturbation. */
  readonly samples: readonly (Judged & { readonly size: Float64Array })[];
}

/** What two versions do with the same points. */
export interface PairedErrors {
  /** How many of the points end in a wrong class in both versions, in the second alone, in the first alone, in neither. */
  readonly counts: {
    readonly both: number;
    readonly onlySecond: number;
    readonly onlyFirst: number;
    readonly neither: number;
  };
  /** Shares of the points that end in a wrong class. */
  readonly first: number;
  readonly second: number;
  /** Second minus first, with an interval that holds for all comparisons at once. */
  readonly difference: Interval;
  /** Of McNemar's exact test, and the same adjusted by Holm over all comparisons. */
  readonly p: number;
  readonly holmP: number;
  /** The second errs more or less often where the adjusted p is at most .05. */
  readonly verdict: "more" | "less" | "not told apart";
}

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

export interface AuditComparison {
  readonly carom: string;
  readonly seed: number;
  readonly versions: readonly [first: VersionFacts, second: VersionFacts];
  readonly asked: Compared["asked"] & Pick<AuditResult["asked"], "classNames">;
  /** How many comparisons there are, all of which intervals and adjusted p-values hold for at once. */
  readonly comparisons: number;
  readonly clean: PairedErrors;
  /** Points that at least one of the attackers on surrogates misleads, at each budget. */
  readonly any: readonly PairedErrorsAt[];
  readonly cells: readonly ComparedCell[];
  /** Attackers that only one of the audits has. */
  readonly leftOut: readonly string[];
  /** What a gate decides on: the strongest single surrogate of the second less that of the first. */
  readonly increases: readonly Increase[];
}

export interface VersionFacts {
  readonly name: string;
  readonly targetHash: string;
}

/** A point that one version misclassifies and the other does not. */
export interface ChangedPoint {
  /** Absent where it is not attacked, as are surrogate and attacker. */
  readonly epsilon?: number;
  readonly surrogate?: string;
  readonly attacker?: string;
  readonly index: number;
  readonly label: string;
  /** What each version calls it. */
  readonly first: string;
  readonly second: string;
}

/**
 * Compares two audits of the same points: no attack, each attacker at each budget that both have, and at each budget all attackers
 * on surrogates together (a point counts where any of them misleads the version).
 *
 * Of m comparisons each difference stands with Newcombe's interval for paired shares at level 1 - 0.05 / m, and with the p-value of
 * McNemar's exact test, adjusted by Holm; the verdict is the test's. Both see points alone: what another split, another
 * training of the surrogates or another seed would give is in neither.
 *
 * @throws InputError where points, classes, norms or units differ, or no budget is shared
 */
export function compareAudits(first: AuditedVersion, second: AuditedVersion): AuditComparison {
  requireSamePoints(first, second);
  const epsilons = sharedBudgets(second.result, first.result);
  const pairs = pairsOf(first, second, epsilons);
  const [some] = pairs;
  if (!some) {
    throw new InputError("invalid", "audits to compare", {
      expected: "an attacker that both have",
      got: `${sourcesOf(first).join(", ")} and ${sourcesOf(second).join(", ")}`,
      remedy: "audit both versions with the same --surrogates and --attackers",
    });
  }
  const unattacked = (judged: Judged) => ({ ...judged, attackedLabels: judged.cleanLabels });
  const crafted = pairs.filter(({ first: { surrogate } }) => surrogate !== TARGET);
  const any = epsilons.flatMap((epsilon) => {
    const own = crafted.filter((pair) => pair.first.epsilon === epsilon);
    return own.length === 0 ? [] : [{ epsilon, counts: countsOf(misled(own, "first"), misled(own, "second")) }];
  });
  const clean = countsOf(wrongIn(unattacked(some.first)), wrongIn(unattacked(some.second)));
  const cells = pairs.map((pair) => ({ pair, counts: countsOf(wrongIn(pair.first), wrongIn(pair.second)) }));
  const all = pairedErrors([clean, ...any.map(({ counts }) => counts), ...cells.map(({ counts }) => counts)]);
  const [sourcesOfFirst, sourcesOfSecond] = [sourcesOf(first), sourcesOf(second)];
  const { classNames } = second.result.asked;
  const { norm, units, dataHash, points } = first.result.asked;
  const facts = ({ name, result }: AuditedVersion): VersionFacts => ({ name, targetHash: result.asked.targetHash });
  return {
    carom: VERSION,
    seed: first.result.seed,
    versions: [facts(first), facts(second)],
    asked: { norm, ...(units && { units }), epsilons, dataHash, points, classNames },
    comparisons: all.length,
    clean: all[0],
    any: any.map(({ epsilon }, i) => ({ epsilon, ...all[1 + i] })),
    cells: cells.map(({ pair: { first, second } }, i): ComparedCell => {
      const { surrogate, attacker, epsilon, size } = first;
      const isSameCraft = surrogate !== TARGET && size.every((length, j) => length === second.size[j]);
      const crafter = attacker === undefined ? {} : { attacker };
      return { surrogate, ...crafter, epsilon, isSameCraft, ...all[1 + any.length + i] };
    }),
    leftOut: [
      ...sourcesOfFirst.filter((each) => !sourcesOfSecond.includes(each)),
      ...sourcesOfSecond.filter((each) => !sourcesOfFirst.includes(each)),
    ],
    increases: increases(withErrors(second), withErrors(first)),
  };
}

/** The points that change sides between the versions: without attack, then under each attacker. */
export function* changedPoints(first: AuditedVersion, second: AuditedVersion): Generator<ChangedPoint> {
  const pairs = pairsOf(first, second, sharedBudgets(second.result, first.result));
  const names = [first.result.asked.classNames, second.result.asked.classNames] as const;
  const changes = function* (
    pair: Pair,
    of: (judged: Judged) => Int32Array,
    where: Omit<ChangedPoint, "index" | "label" | "first" | "second">,
  ): Generator<ChangedPoint> {
    const calls = [of(pair.first), of(pair.second)] as const;
    for (const [index, label] of pair.first.labels.entries()) {
      const isWrong = [calls[0][index] !== label, calls[1][index] !== pair.second.labels[index]];
      if (isWrong[0] === isWrong[1]) continue;
      const called = { first: names[0][calls[0][index]], second: names[1][calls[1][index]] };
      yield { ...where, index, label: names[0][label], ...called };
    }
  };
  if (pairs.length > 0) yield* changes(pairs[0], ({ cleanLabels }) => cleanLabels, {});
  for (const pair of pairs) {
    const { surrogate, attacker, epsilon } = pair.first;
    const crafter = attacker === undefined ? {} : { attacker };
    yield* changes(pair, ({ attackedLabels }) => attackedLabels, { epsilon, surrogate, ...crafter });
  }
}

interface Pair {
  readonly first: AuditedVersion["samples"][number];
  readonly second: AuditedVersion["samples"][number];
}

/** What both audits have of the same attacker and budget. */
function pairsOf(first: AuditedVersion, second: AuditedVersion, epsilons: readonly number[]): Pair[] {
  const key = ({ surrogate, attacker, epsilon }: Judged) => JSON.stringify([surrogate, attacker ?? null, epsilon]);
  const others = new Map(second.samples.map((each) => [key(each), each]));
  return first.samples.flatMap((each): Pair[] => {
    const other = others.get(key(each));
    return other && epsilons.includes(each.epsilon) ? [{ first: each, second: other }] : [];
  });
}

const sourcesOf = ({ samples }: AuditedVersion): string[] => [...new Set(samples.map(sourceName))];

const wrongIn = ({ labels, attackedLabels }: Judged): Uint8Array =>
  Uint8Array.from(labels, (label, i) => Number(attackedLabels[i] !== label));

/** For each point, 1 where any of the attackers misleads the version. */
function misled(pairs: readonly Pair[], version: keyof Pair): Uint8Array {
  const all = pairs.map((pair) => wrongIn(pair[version]));
  return all[0].map((_, i) => Number(all.some((wrong) => wrong[i] === 1)));
}

/** Of the second version first, as the difference is second minus first. */
function countsOf(first: Uint8Array, second: Uint8Array): PairedErrors["counts"] {
  const count = (a: number, b: number) => first.reduce((sum, is, i) => sum + Number(is === a && second[i] === b), 0);
  return { both: count(1, 1), onlySecond: count(0, 1), onlyFirst: count(1, 0), neither: count(0, 0) };
}

/** Differences and tests of all comparisons, adjusted for their number. */
function pairedErrors(all: readonly PairedErrors["counts"][]): PairedErrors[] {
  const level = 1 - 0.05 / all.length;
  const turned = all.map(
    ({ both, onlyFirst, onlySecond, neither }): PairedCounts => ({
      ...{ both, onlyFirst: onlySecond, onlySecond: onlyFirst, neither },
    }),
  );
  const p = turned.map((counts) => mcnemar(counts).p);
  const adjusted = holm(p);
  return all.map((counts, i): PairedErrors => {
    const { both, onlyFirst, onlySecond, neither } = counts;
    const n = both + onlyFirst + onlySecond + neither;
    const verdict = adjusted[i] > 0.05 ? "not told apart" : onlySecond > onlyFirst ? "more" : "less";
    const difference = newcombePaired(turned[i], level)!;
    const shares = { first: (both + onlyFirst) / n, second: (both + onlySecond) / n };
    return { counts, ...shares, difference, p: p[i], holmP: adjusted[i], verdict };
  });
}

function withErrors({ result, samples }: AuditedVersion) {
  return {
    result,
    errors: ({ surrogate, epsilon }: { surrogate: string; epsilon: number }) => {
      const own = samples.find(
        (each) => each.surrogate === surrogate && each.attacker === undefined && each.epsilon === epsilon,
      );
      return own && wrongIn(own);
    },
  };
}

/** @throws InputError where the points, or their classes, are not the same */
function requireSamePoints(first: AuditedVersion, second: AuditedVersion): void {
  const versions = [first, second];
  const requireSame = (
    expected: string,
    values: readonly (string | number)[],
    remedy = "audit both versions with the same --data, --train, --points and --seed",
  ) => {
    if (values[0] === values[1]) return;
    const got = values.map((value, i) => `${value} (${versions[i].name})`).join(" and ");
    throw new InputError("invalid", "audits to compare", { expected, got, remedy });
  };
  const asked = versions.map(({ result }) => result.asked);
  const sorted = asked.map(({ classNames }) => [...classNames].sort().join(", "));
  requireSame("models of the same classes", sorted, "compare two versions of one classifier");
  requireSame(
    "the same data",
    asked.map(({ dataHash }) => dataHash.slice(0, 12)),
  );
  requireSame(
    "the same seed, which chooses the points",
    versions.map(({ result }) => result.seed),
  );
  requireSame(
    "as many points",
    asked.map(({ points }) => points),
  );
  const labels = versions.map(({ samples, result }) =>
    Array.from(samples[0]?.labels ?? [], (label) => result.asked.classNames[label]),
  );
  const different = labels[0].findIndex((label, i) => label !== labels[1][i]);
  if (different < 0) return;
  requireSame(
    "the same points",
    labels.map((own) => `${own[different]} at point ${different}`),
  );
}
