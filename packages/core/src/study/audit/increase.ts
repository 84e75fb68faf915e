// How much more of a target falls in one audit than in another: on the same points where both attacked the same.

import { z } from "zod";
import { InputError } from "../../errors.ts";
import { newcombe, newcombePaired, pairedCounts } from "../../stats/newcombe.ts";
import type { Interval } from "../../stats/sample.ts";
import { TARGET } from "../names.ts";
import type { AuditResult } from "../result.ts";
import { askedSchema, cellSchema, readBy, shortfallSchema } from "./resultSchema.ts";
import { type Judged, misledIn } from "./standing.ts";

/** So many of n points. */
interface Counted {
  readonly count: number;
  readonly n: number;
}

/** What of an audit is compared. */
export interface Compared {
  readonly seed: number;
  readonly asked: Pick<
    AuditResult["asked"],
    "norm" | "epsilons" | "dataHash" | "targetHash" | "classNames" | "points"
  > & {
    readonly units?: AuditResult["asked"]["units"] | undefined;
    readonly targetClass?: string | undefined;
    readonly featuresHash?: string | undefined;
    readonly dataIdentity?: string | undefined;
    readonly warnings?: readonly string[] | undefined;
  };
  readonly shortfall?: { readonly shows?: string | undefined } | undefined;
  readonly cells: readonly (Pick<AuditResult["cells"][number], "surrogate" | "target" | "epsilon"> & {
    readonly attacker?: string | undefined;
    readonly errorUnderAttack: Counted;
    readonly targeted?: Counted | undefined;
  })[];
}

const comparedSchema = z.object({
  seed: z.number(),
  // Older audits have no warnings.
  asked: askedSchema
    .pick({
      ...{ norm: true, units: true, featuresHash: true, targetClass: true, epsilons: true, dataHash: true },
      ...{ dataIdentity: true, targetHash: true, classNames: true, points: true },
    })
    .extend({ warnings: askedSchema.shape.warnings.exactOptional() }),
  shortfall: shortfallSchema.pick({ shows: true }).exactOptional(),
  cells: z.array(
    cellSchema.pick({
      ...{ surrogate: true, attacker: true, target: true, epsilon: true, errorUnderAttack: true, targeted: true },
    }),
  ),
});

/** What is compared of an audit, read from its metrics.json. @throws InputError where that is no such document */
export const readCompared = (document: unknown, name: string): Compared => readBy(comparedSchema, document, name);

/** The points of the surrogate that misleads the target most at a budget. */
interface StrongestPoints {
  readonly surrogate: string;
  readonly epsilon: number;
  readonly count: number;
  readonly n: number;
}

/** What became of each point on the target, and how long each perturbation is. */
export type TargetSamples = Judged & { readonly size: Float64Array };

/** An audit and, where it is known, what became of each point on the target. */
export interface ComparedAudit {
  readonly result: Compared;
  readonly samples?: readonly TargetSamples[];
}

/** The difference at one budget: the interval, and whether it is of the same points. */
export interface Increase {
  readonly epsilon: number;
  readonly now: StrongestPoints;
  readonly before: StrongestPoints;
  readonly difference: Interval;
  readonly isPaired: boolean;
}

/**
 * The strongest surrogate of an audit at a budget, attacked by itself, as audits need not have tried the same further
 * attackers; undefined where nothing was judged there.
 */
function strongestAt({ cells }: Pick<Compared, "cells">, epsilon: number): StrongestPoints | undefined {
  const own = cells.filter(
    ({ attacker, target, surrogate, ...cell }) =>
      attacker === undefined && target === TARGET && surrogate !== TARGET && cell.epsilon === epsilon,
  );
  if (own.length === 0) return undefined;
  const reached = (cell: (typeof own)[number]) => cell.targeted ?? cell.errorUnderAttack;
  const most = own.reduce((first, cell) => (reached(cell).count > reached(first).count ? cell : first));
  const { count, n } = reached(most);
  return { surrogate: most.surrogate, epsilon, count, n };
}

/**
 * The error under the strongest surrogate of one audit less that of an earlier one, for each budget that both have.
 *
 * Intervals hold at 95 % for all B of these budgets at once (level 1 - 0.05 / B): Newcombe's for paired shares where
 * both audits attacked the same points (the same data, seed and number) and their errors are known point by point, else
 * his for independent ones.
 *
 * @throws InputError where the audits measure perturbations in different ways, have other goals, read the same data in
 *   different ways, or share no budget
 */
export function increases(now: ComparedAudit, before: ComparedAudit): Increase[] {
  const [asked, earlier] = [now.result.asked, before.result.asked];
  const shared = sharedBudgets(now.result, before.result);
  requireSameReading(asked, earlier);
  const isSame =
    asked.dataHash === earlier.dataHash && asked.points === earlier.points && now.result.seed === before.result.seed;
  return shared.flatMap((epsilon) => {
    const [own, other] = [strongestAt(now.result, epsilon), strongestAt(before.result, epsilon)];
    if (!own || !other) return [];
    const level = 1 - 0.05 / shared.length;
    const [first, second] = isSame ? [errorsOf(now, own), errorsOf(before, other)] : [];
    const isPaired = first !== undefined && second !== undefined && first.length === second.length;
    const difference = isPaired
      ? newcombePaired(pairedCounts(first, second), level)!
      : newcombe(own.count, own.n, other.count, other.n, level)!;
    return [{ epsilon, now: own, before: other, difference, isPaired }];
  });
}

/** Holds that the same data were read alike. @throws InputError where they were not */
export function requireSameReading(asked: Compared["asked"], earlier: Compared["asked"]): void {
  const [own, other] = [asked.dataIdentity, earlier.dataIdentity];
  if (asked.dataHash !== earlier.dataHash || own === undefined || other === undefined || own === other) return;
  throw new InputError("invalid", "audit to compare with", {
    expected: "the same data read with the same options",
    got: "the same files read in another way: other rows, columns, labels, bounds, or values in place of missing ones",
    remedy:
      "read them in both as the other audit's report says, for instance with the same --label, --drop, " +
      "--missing and --box",
  });
}

/** For each point, 1 where the target errs under the points of a surrogate; undefined where that is not known. */
function errorsOf({ samples }: ComparedAudit, { surrogate, epsilon }: StrongestPoints): Uint8Array | undefined {
  const own = samples?.find(
    (each) => each.surrogate === surrogate && each.attacker === undefined && each.epsilon === epsilon,
  );
  return own && misledIn(own);
}

/**
 * The budgets that two audits have in common.
 * @throws InputError where there are none, perturbations are measured otherwise, or the goals are not the same
 */
export function sharedBudgets({ asked }: Compared, { asked: earlier }: Compared): readonly number[] {
  const measure = ({ norm, units = "features", featuresHash }: Compared["asked"]) => {
    const rules = featuresHash === undefined ? "" : ` by the features file ${featuresHash.slice(0, 12)}`;
    return `${norm} of features in units of ${units}${rules}`;
  };
  if (measure(asked) !== measure(earlier)) {
    throw different("perturbations measured alike", `${measure(earlier)} before, ${measure(asked)} now`);
  }
  const goal = ({ targetClass }: Compared["asked"]) =>
    targetClass === undefined ? "any wrong class" : `class ${targetClass}`;
  if (goal(asked) !== goal(earlier)) throw differentGoals(goal(earlier), goal(asked));
  const shared = asked.epsilons.filter((epsilon) => earlier.epsilons.includes(epsilon));
  if (shared.length > 0) return shared;
  throw different("a budget that both have", `${earlier.epsilons.join(", ")} before, ${asked.epsilons.join(", ")} now`);
}

function differentGoals(before: string, now: string): InputError {
  return new InputError("invalid", "audit to compare with", {
    expected: "attacks with the same goal",
    got: `${before} before, ${now} now`,
    remedy: "audit both versions with the same --target-class",
  });
}

function different(expected: string, got: string): InputError {
  const remedy = "audit both versions with the same --norm, --units, --features and --epsilon";
  return new InputError("invalid", "audit to compare with", { expected, got, remedy });
}
