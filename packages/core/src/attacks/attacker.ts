// Who attacks, as a value: which attack, how its gradients are estimated, and how several surrogates are combined.

import { z } from "zod";
import { InputError } from "../errors.ts";
import { parseOptions } from "../registry.ts";
import type { ThreatModel } from "../threat/threat.ts";
import type { Attack } from "./attack.ts";
import { type ChosenBooster, chooseBooster } from "./boosters/booster.ts";
import { boosterByName } from "./boosters/index.ts";
import { withEnsemble } from "./ensembles/ensemble.ts";
import { ensembleByName } from "./ensembles/index.ts";
import { type AnyEvasionAttack, buildEvasion } from "./evasion/evasionAttack.ts";
import { evasionByName } from "./evasion/index.ts";
import { type Objective, objectiveByName } from "./objective.ts";

const choice = z.strictObject({
  name: z.string().describe("its name, see carom evade --list"),
  options: z.record(z.string(), z.unknown()).optional().describe("single options, over the defaults"),
});

/** How points are crafted on surrogates; an empty one is the strongest attack that there is on them. */
export const attackerSchema = z.strictObject({
  attack: choice
    .optional()
    .describe("the attack; where absent the strongest there is, and steps with momentum (MI-FGSM) under boosters"),
  boosters: z.array(choice).min(1).optional().describe("other estimates of the gradients that the attack follows"),
  ensemble: z.string().optional().describe("the rule by which several surrogates are combined"),
  objective: z.string().optional().describe("what the attack raises; the margin where absent"),
});

/** Something that is named, with the options that it does not have by default. */
export type Choice = z.infer<typeof choice>;
/** Who attacks, as data: what `attackerSchema` takes. */
export type Attacker = z.infer<typeof attackerSchema>;

/**
 * MI-FGSM: what boosters, and rules without an objective, work on where no attack is named. Steps of a tenth of the
 * budget, as published for Linf, leave much of an L2 or L1 ball unused where the box cuts it; steps of 0.3 fill it, and
 * lose nothing in Linf.
 */
export const MOMENTUM: Choice = { name: "pgd", options: { steps: 10, stepSize: 0.3, momentum: 1 } };

/** What an attacker is built for. */
export interface AttackedPoints {
  readonly threat: ThreatModel;
  /** The shape of one point. */
  readonly shape: readonly number[];
  /** How many models are attacked at once. */
  readonly models: number;
}

/** An attacker that is ready for points of one kind. */
export interface BuiltAttacker {
  /** The registry's entry; absent where the attack depends on the models (`strongestAttack`). */
  readonly entry?: AnyEvasionAttack;
  readonly attack?: Attack;
  /** What it climbs; the margin where absent. */
  readonly objective?: Objective;
  /**
   * Whether each budget begins at the points themselves, as the attack does not go on from solutions of smaller ones.
   */
  readonly fromOrigin: boolean;
  /** Whether a second start at points of other classes may help. */
  readonly secondStart: boolean;
}

/**
 * The attack of an attacker, for points of one kind.
 *
 * @throws InputError for names that do not exist, options that are refused, and what norm, features or the attack do
 * not suit.
 *
 * @example
 * ```ts
 * import { buildAttacker, l2 } from "@carom/core";
 * import { uniformDomain } from "@carom/core/data";
 *
 * const attacker = { attack: { name: "pgd", options: { steps: 10 } }, boosters: [{ name: "ni" }] };
 * const threat = { norm: l2, domain: uniformDomain(4, 0, 1) };
 * const built = buildAttacker(attacker, { threat, shape: [4], models: 1 });
 * console.log(built.entry?.name, built.fromOrigin); // pgd true
 * ```
 */
export function buildAttacker(attacker: Attacker, { threat, shape, models }: AttackedPoints): BuiltAttacker {
  const boosters = boostersOf(attacker).map(({ booster, options }) => chooseBooster(booster, options, threat, shape));
  const rule = attacker.ensemble === undefined ? undefined : ensembleByName(attacker.ensemble);
  const chosen = attackOf(attacker) ?? defaultAttack(threat);
  const climbed = attacker.objective === undefined ? {} : { objective: objectiveByName(attacker.objective) };
  if (!chosen) return { ...climbed, fromOrigin: false, secondStart: true };
  const entry = evasionByName(chosen.name);
  const { improves, discrete, boosters: followsEstimates } = entry.capabilities;
  if (models > 1 && rule?.estimate && !followsEstimates) throw noObjective(rule.name, entry.name);
  const attack = buildEvasion(entry, chosen.options ?? {}, threat, boosters);
  return {
    ...climbed,
    entry,
    attack: rule ? withEnsemble(attack, rule) : attack,
    fromOrigin: !improves,
    secondStart: improves && !discrete,
  };
}

/** The attacker with all options of its attack and its boosters written out. */
export function withDefaults(attacker: Attacker): Attacker {
  const attack = attackOf(attacker);
  const boosters = boostersOf(attacker).map(({ booster: { name }, options }) => ({ name, options }));
  return {
    ...(attack && {
      attack: { name: attack.name, options: parseOptions(evasionByName(attack.name), attack.options ?? {}) },
    }),
    ...(boosters.length > 0 && { boosters }),
    ...(attacker.ensemble !== undefined && { ensemble: ensembleByName(attacker.ensemble).name }),
    ...(attacker.objective !== undefined && { objective: objectiveByName(attacker.objective).name }),
  };
}

/**
 * What results call an attacker that has no name: its boosters, else its attack, each part with a plus between.
 *
 * @example
 * ```ts
 * import { attackerName } from "@carom/core/attacks";
 *
 * const attacker = { attack: { name: "pgd" }, boosters: [{ name: "vmi" }], ensemble: "svre" };
 * console.log(attackerName(attacker)); // pgd+vmi+svre
 * ```
 */
export function attackerName({ attack, boosters = [], ensemble, objective }: Attacker): string {
  const parts = [
    ...(attack ? [attack.name] : []),
    ...boosters.map(({ name }) => name),
    ...(ensemble ? [ensemble] : []),
    ...(objective ? [objective] : []),
  ];
  return parts.length > 0 ? parts.join("+") : "strongest";
}

/** The attack that is named or that boosters and rules need; undefined where the strongest is meant. */
export function attackOf({ attack, boosters, ensemble }: Attacker): Choice | undefined {
  const needsSteps = boosters !== undefined || (ensemble !== undefined && ensembleByName(ensemble).estimate);
  return attack ?? (needsSteps ? MOMENTUM : undefined);
}

/** The boosters of an attacker with their options checked. */
export const boostersOf = ({ boosters = [] }: Attacker): readonly ChosenBooster[] =>
  boosters.map(({ name, options = {} }) => {
    const booster = boosterByName(name);
    return { booster, options: parseOptions<ChosenBooster["options"]>(booster, options) };
  });

/**
 * Under the rules of a table ascent that heeds them and a search (CAA); flips of binary features within an L1 budget;
 * else nothing, as the strongest attack depends on the models.
 */
export function defaultAttack({ norm, domain, rules }: ThreatModel): Choice | undefined {
  if (rules) return { name: "caa" };
  return norm.name === "l1" && domain.kinds?.every((kind) => kind === "binary") ? { name: "flips" } : undefined;
}

function noObjective(rule: string, attack: string): InputError {
  return new InputError("unsupported", `rule ${rule} of an ensemble under attack ${attack}`, {
    expected: "an attack of fixed steps, as the rule is the gradient of no objective",
    got: attack,
    remedy: "choose pgd, or the rule meanLoss",
  });
}
