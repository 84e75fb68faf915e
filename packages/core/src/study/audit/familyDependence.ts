// Which family of surrogates the transfer to the target depends on: ensembles with one left out, on the same points.

import { list, percentage } from "../../numbers.ts";
import { reachedIn } from "../goal.ts";
import type { AuditAttacker } from "../namedAttacker.ts";
import { TARGET } from "../names.ts";
import { ENSEMBLE } from "./attackers.ts";
import { pairedErrors } from "./pairedErrors.ts";
import type { AuditSamples } from "./samples.ts";

/**
 * What the ensemble loses without the family that it loses most by, in a sentence; undefined where none was left out.
 *
 * Each family and budget is a comparison on the same points (`pairedErrors`): intervals hold for all at once, and what
 * Holm's p does not tell from chance is not said to matter.
 */
export function familyDependence(
  attackers: readonly AuditAttacker[],
  samples: readonly AuditSamples[],
): string | undefined {
  const left = attackers.flatMap(({ name, without }) => (without === undefined ? [] : [{ name, family: without }]));
  const own = samples.filter(({ target }) => target === TARGET);
  const compared = left.flatMap(({ name, family }) =>
    own
      .filter(({ attacker }) => attacker === ENSEMBLE)
      .flatMap((all) => {
        const rest = own.find(({ attacker, epsilon }) => attacker === name && epsilon === all.epsilon);
        return rest ? [{ family, epsilon: all.epsilon, counts: countsOf(all, rest) }] : [];
      }),
  );
  if (compared.length === 0) return undefined;
  const families = [...new Set(compared.map(({ family }) => family))];
  const found = pairedErrors(compared.map(({ counts }) => counts)).map((each, i) => ({ ...each, ...compared[i] }));
  const lost = found.filter(({ verdict }) => verdict === "less");
  if (lost.length === 0) {
    return (
      `Of ${families.length} families of surrogates (${list(families)}) each was left out of the ensemble once: none ` +
      "is needed, as no loss can be told from chance."
    );
  }
  const most = lost.reduce((one, each) => (each.difference.estimate < one.difference.estimate ? each : one));
  const others = families.filter((family) => !lost.some((each) => each.family === family));
  const rest = others.length > 0 ? `; of ${list(others)} no loss can be told from chance` : "";
  const { low, high } = most.difference;
  return (
    `Transfer to this model depends on the ${most.family} surrogates most: without them the ensemble reaches ` +
    `${percentage(most.second)} in place of ${percentage(most.first)} at ε = ${most.epsilon}, ` +
    `${(-100 * high).toFixed(1)} to ${(-100 * low).toFixed(1)} points in 100 less${rest}.`
  );
}

/** How many points reach the goal by the whole ensemble, by the one with a family left out, by both. */
function countsOf(all: AuditSamples, rest: AuditSamples) {
  const [first, second] = [all, rest].map(({ labels, attackedLabels, wanted }) =>
    reachedIn(labels, attackedLabels, wanted),
  );
  const count = (a: number, b: number) => first.filter((flag, i) => flag === a && second[i] === b).length;
  return { both: count(1, 1), onlyFirst: count(1, 0), onlySecond: count(0, 1), neither: count(0, 0) };
}
