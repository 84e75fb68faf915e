// Who attacks in a study: its attackers under their names, and its ensembles with the surrogates that they are made of.

import { type Attacker, attackerName, buildAttacker } from "../../attacks/attacker.ts";
import { ensembleByName } from "../../attacks/ensembles/index.ts";
import { evasionByName } from "../../attacks/evasion/index.ts";
import type { Dataset } from "../../data/dataset.ts";
import { InputError, unknownName } from "../../errors.ts";
import type { ResolvedFeatures } from "../../features/resolve.ts";
import type { NamedAttacker } from "../namedAttacker.ts";
import { surrogateId, targetId } from "../names.ts";
import { type Given, type Resolved, requireDistinct } from "../studyModels.ts";
import { threatIn } from "../tasks/normChoice.ts";
import type { FurtherCraft } from "./matrixQuestion.ts";
import type { Study, StudyEnsemble } from "./schema.ts";

/** Several surrogates that are attacked at once. */
export interface EnsembleOf {
  /** What cells call it in `surrogate`. */
  readonly id: string;
  readonly name: string;
  /** Ids of surrogates; of an ensemble that leaves out each target's own learner, those for `judges`. */
  readonly of: readonly string[];
  readonly rule: string;
  /** Ids of targets. */
  readonly judges: readonly string[];
}

/** The attackers of a study, under names; none where it names none. */
export function attackersOf({ attackers = [] }: Pick<Study, "attackers">): readonly NamedAttacker[] {
  const named = attackers.map(({ name, ...how }) => ({ name: name ?? attackerName(how), how }));
  requireDistinct("attackers", named);
  return named;
}

/** The ensembles of a study. @throws InputError for surrogates, rules and names that do not fit */
export function ensemblesOf(
  { ensembles }: Pick<Study, "ensembles">,
  surrogates: readonly (Resolved | Given)[],
  targets: readonly (Resolved | Given)[],
): readonly EnsembleOf[] {
  requireDistinct("surrogates and ensembles", [...surrogates, ...ensembles]);
  const names = surrogates.map(({ name }) => name);
  return ensembles.flatMap((ensemble) => {
    const { name, of = names, rule, leaveOut } = ensemble;
    if (rule !== undefined) ensembleByName(rule);
    for (const each of of) if (!names.includes(each)) unknownName(`surrogate of ensemble "${name}"`, each, names);
    const members = surrogates.filter((each) => of.includes(each.name));
    // What a given model was made by nobody said: nothing is left out for it.
    const groups = leaveOut
      ? [...new Set(targets.map(({ learner }) => learner))].map((own) => ({
          own,
          judging: targets.filter(({ learner }) => learner === own),
        }))
      : [{ own: undefined, judging: targets }];
    return groups.map(({ own, judging }) => {
      const kept = members.filter(({ learner }) => own === undefined || learner !== own);
      if (kept.length < 2) throw tooFew(ensemble, own);
      const isOneFamily = new Set(kept.map(({ learner }) => learner ?? {})).size === 1;
      return {
        ...{ id: surrogateId(name), name },
        of: kept.map((each) => surrogateId(each.name)),
        rule: rule ?? (isOneFamily ? "meanLoss" : "meanDirection"),
        judges: judging.map((target) => targetId(target.name)),
      };
    });
  });
}

/**
 * What is crafted beside what the first attacker crafts on single models.
 *
 * @throws InputError for attackers that data, norm or ensembles do not suit
 */
export function furtherCrafts(
  attackers: readonly NamedAttacker[],
  ensembles: readonly EnsembleOf[],
  crafting: readonly { readonly id: string; readonly judges?: readonly string[] }[],
): readonly FurtherCraft[] {
  const together = ensembles.map(({ id, of, rule, judges }) => ({ surrogate: id, of, ensemble: rule, judges }));
  const alone = crafting.flatMap(({ id, judges }) => (judges ? [{ surrogate: id, judges }] : []));
  const others = attackers.slice(1);
  return [...together, ...others.flatMap((attacker) => [...alone, ...together].map((each) => ({ ...each, attacker })))];
}

/** Whether all attackers search by scores alone, so that they need no gradients. */
export function areByScores(attackers: readonly NamedAttacker[]): boolean {
  const isSearch = ({ attack, boosters }: Attacker) =>
    attack !== undefined && !boosters && !evasionByName(attack.name).capabilities.gradients;
  return attackers.length > 0 && attackers.every(({ how }) => isSearch(how));
}

/** @throws InputError for an attacker that the data, the norm or an ensemble does not suit */
export function checkAttackers(
  attackers: readonly NamedAttacker[],
  ensembles: readonly EnsembleOf[],
  { attack }: Pick<Study, "attack">,
  { domain, featureShape }: Dataset,
  features: ResolvedFeatures | undefined,
): void {
  const threat = threatIn(domain, { ...attack, features }, attack.direction);
  for (const { how } of attackers) {
    buildAttacker(how, { threat, shape: featureShape, models: 1 });
    for (const { rule, of } of ensembles) {
      buildAttacker({ ensemble: rule, ...how }, { threat, shape: featureShape, models: of.length });
    }
  }
}

function tooFew({ name }: StudyEnsemble, learner: string | undefined): InputError {
  return new InputError("invalid", `ensemble "${name}"`, {
    expected: "at least two surrogates",
    got: learner === undefined ? "fewer" : `fewer without those of ${learner}`,
    remedy: "name more surrogates",
  });
}
