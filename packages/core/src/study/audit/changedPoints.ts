// Points that mislead one version of a model and not another.

import { type AuditedVersion, pairsOf, type SamplePair } from "./auditedVersion.ts";
import { sharedBudgets } from "./increase.ts";
import { type Judged, misledIn } from "./standing.ts";

/** A point that misleads one version and not the other. */
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

/** The points that change sides between the versions: without attack, then under each attacker. */
export function* changedPoints(first: AuditedVersion, second: AuditedVersion): Generator<ChangedPoint> {
  const pairs = pairsOf(first, second, sharedBudgets(second.result, first.result));
  const names = [first.result.asked.classNames, second.result.asked.classNames] as const;
  const changes = function* (
    pair: SamplePair,
    of: (judged: Judged) => Int32Array,
    where: Omit<ChangedPoint, "index" | "label" | "first" | "second">,
  ): Generator<ChangedPoint> {
    const calls = [of(pair.first), of(pair.second)] as const;
    const misled = [pair.first, pair.second].map((each, i) => misledIn({ ...each, attackedLabels: calls[i] }));
    for (const [index, label] of pair.first.labels.entries()) {
      if (misled[0][index] === misled[1][index]) continue;
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
