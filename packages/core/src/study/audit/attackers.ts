// Who attacks in an audit beside the strongest attack on each surrogate by itself.

import { type Attacker, buildAttacker, MOMENTUM } from "../../attacks/attacker.ts";
import { askedBy, gradientsPerSample } from "../../attacks/attackerCost.ts";
import { attackerNamed } from "../../attacks/attackerNames.ts";
import { boosterByName, boosters } from "../../attacks/boosters/index.ts";
import { imageLayout } from "../../attacks/boosters/transformations/imageLayout.ts";
import { ensembleByName, ensembles } from "../../attacks/ensembles/index.ts";
import { evasionAttacks, evasionByName } from "../../attacks/evasion/index.ts";
import type { Dataset } from "../../data/dataset.ts";
import { InputError } from "../../errors.ts";
import type { Family } from "../../learners/learner.ts";
import { learnerByName } from "../../learners/registry.ts";
import type { LossName } from "../../models/losses.ts";
import { list } from "../../numbers.ts";
import { sizeOf } from "../../tensor.ts";
import type { FurtherCraft } from "../evasion/matrixQuestion.ts";
import type { AuditAttacker, NamedAttacker, RivalledAttacker } from "../namedAttacker.ts";
import { levelName } from "../names.ts";
import { type NormChoice, threatIn } from "../tasks/normChoice.ts";
import type { SurrogateChoice } from "./surrogateChoice.ts";

/**
 * Who attacks points of a shape where nobody is named: all surrogates together, and of images, gradients that are
 * smoothed. docs/method.md says how they were chosen.
 */
export const defaultAttackers = (shape: readonly number[]): readonly string[] =>
  imageLayout(shape) ? ["ensemble", "ti", "ti+ensemble"] : ["ensemble"];

/** What cells call all surrogates together. */
export const ENSEMBLE = "ensemble";

/**
 * Beside each attacker with boosters steps with momentum that take as many gradients, of a whole length of three
 * budgets or more; attackers that take equally many share them.
 */
export function withRivals(attackers: readonly NamedAttacker[]): readonly RivalledAttacker[] {
  const taken = new Set(attackers.map(({ name }) => name));
  return attackers.flatMap((attacker) => {
    const { name, how } = attacker;
    const { boosters, ...unboosted } = how;
    const gradients = boosters && gradientsPerSample(how);
    // What costs no more than steps with momentum needs none.
    if (gradients === undefined || gradients === gradientsPerSample({ attack: MOMENTUM, ...unboosted }))
      return [attacker];
    const { ensemble } = how;
    const rival = `${ensemble === undefined ? "mi" : `mi+${ensemble}`} with ${gradients} gradients`;
    if (taken.has(rival)) return [attacker];
    taken.add(rival);
    const steps = gradients / (ensemble === undefined ? 1 : ensembleByName(ensemble).gradientsPerStep);
    const attack = { name: "pgd", options: { steps, stepSize: Math.max(0.02, 3 / steps), momentum: 1 } };
    return [attacker, { name: rival, how: { attack, ...(ensemble !== undefined && { ensemble }) }, beside: name }];
  });
}

/** A model that is attacked in the place of the target. */
export interface StandIn {
  /** What cells call it. */
  readonly id: string;
  /** Whether its scores are affine in the features, as far as that is known. */
  readonly isAffine: boolean;
  /** The family of its learner, where that is known. */
  readonly family?: Family;
}

/** The model of a learner in one complexity. */
export const standInOf = ({ learner, complexity }: SurrogateChoice): StandIn => ({
  id: levelName(learner, complexity),
  isAffine: learnerByName(learner).capabilities.affine,
  family: learnerByName(learner).family,
});

/**
 * Rows of scores and gradients for each point and budget: who asks for more is tried where it is named, and not among
 * all. Boosters ask for up to 400, searches for 600; one that tries each of many features would take days.
 */
const MOST_ROWS = 5000;

/**
 * The attackers that suit points and surrogates, and why others do not, in sentences. Boosters are left out on
 * surrogates where they cannot help; where nobody was named, who asks for very much too.
 */
export function suitable(
  attackers: readonly RivalledAttacker[],
  all: readonly StandIn[],
  { domain, featureShape }: Pick<Dataset, "domain" | "featureShape">,
  norm: NormChoice,
  { loss = "margin", isAll = false }: { readonly loss?: LossName; readonly isAll?: boolean } = {},
): { readonly attackers: readonly AuditAttacker[]; readonly leftOut: readonly string[] } {
  const threat = threatIn(domain, norm, undefined);
  const kept: AuditAttacker[] = [];
  const leftOut: string[] = [];
  for (const attacker of attackers) {
    const { how, name, beside, without } = attacker;
    const surrogates = all.filter(({ family }) => without === undefined || family !== without);
    const ids = surrogates.map(({ id }) => id);
    const isTogether = how.ensemble !== undefined;
    const models = isTogether ? surrogates.length : 1;
    const boosted = attackers.find((each) => each.name === beside) ?? attacker;
    const isOptimal = isAll && loss === "margin" && !threat.rules && how.ensemble === undefined;
    const why = surrogates.map(
      (standIn) =>
        (isOptimal ? whyNoBetter(how, standIn) : undefined) ?? whyUnhelpful(boosted.how, standIn, featureShape, loss),
    );
    const helped = ids.filter((_, i) => why[i] === undefined);
    const reason =
      isTogether && models < 2
        ? `there is ${models === 1 ? "one surrogate" : "none left"}`
        : how.attack && evasionByName(how.attack.name).capabilities.trees
          ? "it attacks decision trees, and no surrogate is one"
          : helped.length === 0
            ? `of every surrogate it is so that ${why[0]}`
            : (unsuited(() => buildAttacker(how, { threat, shape: featureShape, models })) ??
              (isAll ? tooHungry(how, sizeOf(featureShape)) : undefined));
    if (reason === undefined) kept.push({ ...attacker, on: isTogether ? ids : helped });
    else if (beside === undefined) leftOut.push(`attacker ${name} is left out: ${reason}.`);
    if (reason !== undefined || isTogether || helped.length === ids.length || beside !== undefined) continue;
    const others = ids.filter((id) => !helped.includes(id));
    leftOut.push(`attacker ${name} leaves out ${list(others)}: ${why.find((each) => each !== undefined)}.`);
  }
  const names = new Set(kept.map(({ name }) => name));
  return { attackers: kept.filter(({ beside }) => beside === undefined || names.has(beside)), leftOut };
}

/** The name of every attack, booster and rule of the registries together, each by itself. */
export const ALL_ATTACKERS = "all";

/** Every attack, booster and rule of the registries, each by itself. */
export const everyAttacker = (): readonly NamedAttacker[] =>
  Object.keys({ ...evasionAttacks, ...boosters, ...ensembles }).map((name) => ({ name, how: attackerNamed(name) }));

/** The name of the ensemble of all surrogates, and of each that leaves one of their families out. */
export const FAMILIES = "families";

/**
 * The ensemble of all surrogates, and for each of their families that of the others.
 *
 * @throws InputError for surrogates of one family
 */
export function familiesLeftOut(surrogates: readonly StandIn[]): readonly NamedAttacker[] {
  const families = [...new Set(surrogates.flatMap(({ family }) => family ?? []))];
  if (families.length < 2) {
    throw new InputError("invalid", `attacker ${FAMILIES}`, {
      expected: "surrogates of two families or more, one of which is left out at a time",
      got: families.length === 0 ? "none of a known family" : `those of the ${families[0]} family alone`,
      remedy: "name surrogates of other families too",
    });
  }
  const how = attackerNamed(ENSEMBLE);
  return [
    { name: ENSEMBLE, how },
    ...families.map((without) => ({ name: `${ENSEMBLE} without ${without}`, how, without })),
  ];
}

/** The attackers that a name stands for, those left out that are named by themselves. */
function askedAs(name: string, chosen: readonly string[], surrogates: readonly StandIn[]): readonly NamedAttacker[] {
  if (name !== FAMILIES) return [{ name, how: attackerNamed(name) }];
  return familiesLeftOut(surrogates).filter((each) => !chosen.includes(each.name));
}

/** Who attacks beside the attack on each surrogate by itself: attackers by their names, or all there are. */
export type AttackerNames = readonly string[] | typeof ALL_ATTACKERS;

/**
 * The attackers that were named, else those that are meant where nobody is; in sentences what was chosen, and why
 * others are left out. A target that is paid for by the row is attacked by nobody who was not named.
 *
 * @throws InputError for one that was named and does not suit the data
 */
export function attackersFor(
  attacked: Pick<Dataset, "domain" | "featureShape">,
  surrogates: readonly StandIn[],
  norm: NormChoice,
  {
    names,
    isService,
    loss = "margin",
  }: { readonly names?: AttackerNames | undefined; readonly isService: boolean; readonly loss?: LossName | undefined },
): {
  readonly attackers: readonly AuditAttacker[];
  readonly told: readonly string[];
  /** Why some that were named are left out: a warning. */
  readonly leftOut: readonly string[];
} {
  const isAll = names === ALL_ATTACKERS;
  const chosen = isAll ? [] : (names ?? (isService ? [] : defaultAttackers(attacked.featureShape)));
  const named = isAll ? everyAttacker() : chosen.flatMap((name) => askedAs(name, chosen, surrogates));
  // Who is named and does not suit the data is refused; of those that are not named it is told.
  if (names && !isAll) {
    for (const { how } of named) requireSuited(how, attacked, norm, how.ensemble === undefined ? 1 : surrogates.length);
  }
  const { attackers, leftOut } = suitable(names ? withRivals(named) : named, surrogates, attacked, norm, {
    loss,
    isAll,
  });
  const byDefault = !names && attackers.length > 0 ? [`attackers beside single surrogates: ${chosen.join(", ")}`] : [];
  return names && !isAll
    ? { attackers, told: byDefault, leftOut }
    : { attackers, told: [...byDefault, ...leftOut], leftOut: [] };
}

/** Holds that an attacker of so many models at once suits points. @throws InputError where it does not */
export function requireSuited(
  how: Attacker,
  { domain, featureShape }: Pick<Dataset, "domain" | "featureShape">,
  norm: NormChoice,
  models = 1,
): void {
  buildAttacker(how, { threat: threatIn(domain, norm, undefined), shape: featureShape, models });
}

/** What does not suit, in words. */
function unsuited(build: () => unknown): string | undefined {
  try {
    build();
    return undefined;
  } catch (fault) {
    if (fault instanceof InputError && fault.code === "unsupported") return fault.message;
    throw fault;
  }
}

/** That an attacker asks for too much to be tried where nobody named it. */
function tooHungry(how: Attacker, features: number): string | undefined {
  const { scores, gradients } = askedBy(how, features);
  const rows = scores + gradients;
  if (rows <= MOST_ROWS) return undefined;
  const most = Number(rows.toPrecision(2)).toLocaleString("en");
  return `it asks for about ${most} rows of scores and gradients for each point and budget; name it to have it tried`;
}

/** Why who searches the optimum by itself can be spared where it is known, as among the strongest attacks it is. */
function whyNoBetter({ attack, boosters }: Attacker, { isAffine }: StandIn): string | undefined {
  const searches = attack !== undefined && !boosters && evasionByName(attack.name).capabilities.improves;
  return searches && isAffine ? "the surrogate's scores are affine, so its strongest attack is the optimum" : undefined;
}

/** Why the boosters of an attacker cannot help on a surrogate; undefined where it has none or one may. */
function whyUnhelpful({ boosters = [] }: Attacker, { isAffine }: StandIn, shape: readonly number[], loss: LossName) {
  const reasons = boosters.map(({ name }) => boosterByName(name).unhelpful({ isAffine, loss, shape }));
  return reasons.includes(undefined) ? undefined : reasons[0];
}

/** What attackers craft beside what is crafted in any case. */
export function furtherOf(attackers: readonly AuditAttacker[], target: string): readonly FurtherCraft[] {
  const judges = [target];
  return attackers.flatMap(({ on, ...attacker }): FurtherCraft[] =>
    attacker.how.ensemble !== undefined
      ? [{ surrogate: ENSEMBLE, of: on, attacker, judges }]
      : on.map((surrogate) => ({ surrogate, attacker, judges })),
  );
}
