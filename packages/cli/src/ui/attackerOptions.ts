// Options that say who attacks, one attacker by its parts.

import { type Attacker, evasionByName, InputError } from "@carom/core";
import {
  type AttackedPoints,
  boosterByName,
  type Choice,
  defaultAttack,
  ensembleByName,
  MOMENTUM,
} from "@carom/core/attacks";
import type { Command } from "commander";
import { collectSettings } from "./settings.ts";

export interface AttackerOptions {
  readonly attack?: string;
  readonly boosters?: readonly string[];
  readonly ensemble?: string;
  readonly set?: Readonly<Record<string, unknown>>;
}

/** Adds --attack, --boosters, --ensemble and --set. */
export function withAttackerOptions(command: Command): Command {
  return command
    .option(
      "--attack <name>",
      "see --list; where absent, the strongest that fits, and steps with momentum under boosters",
    )
    .option("--boosters <list>", "other estimates of the gradients, such as vmi,ni", (text) => text.split(","))
    .option("--ensemble <rule>", "how several models are combined: see --list; the mean of their margins where absent")
    .option(
      "--set <name=value>",
      "an option of the attack, such as steps=100, or of a booster, such as vmi.neighbours=5; may be repeated",
      collectSettings,
    );
}

/**
 * The attacker that the options name.
 *
 * @throws InputError for names that do not exist, a booster twice, options of boosters that are not used, and a rule
 * for one model
 */
export function attackerOf(
  { attack, boosters = [], ensemble, set = {} }: AttackerOptions,
  { threat, models }: Pick<AttackedPoints, "threat" | "models">,
): Attacker {
  if (attack !== undefined) evasionByName(attack);
  if (ensemble !== undefined && models < 2) throw oneModel(ensemble);
  const rule = ensemble === undefined ? undefined : ensembleByName(ensemble);
  if (new Set(boosters).size < boosters.length) throw twice(boosters);
  const ofBooster = (name: string) => optionsBelow(set, `${name}.`);
  const own = Object.fromEntries(
    Object.entries(set).filter(([key]) => !boosters.some((name) => key.startsWith(`${name}.`))),
  );
  const needsSteps = boosters.length > 0 || rule?.estimate !== undefined;
  const strongest = () =>
    Object.keys(own).length > 0 ? (defaultAttack(threat) ?? { name: "line-search" }) : undefined;
  const byDefault: Choice | undefined = needsSteps ? MOMENTUM : strongest();
  const chosen = attack === undefined ? byDefault : { name: attack };
  return {
    ...(chosen && { attack: { ...chosen, options: { ...chosen.options, ...own } } }),
    ...(boosters.length > 0 && {
      boosters: boosters.map((name) => ({ name: boosterByName(name).name, options: ofBooster(name) })),
    }),
    ...(rule && { ensemble: rule.name }),
  };
}

function optionsBelow(set: Readonly<Record<string, unknown>>, prefix: string): Record<string, unknown> {
  const own = Object.entries(set).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}

function oneModel(rule: string): InputError {
  return new InputError("invalid", "option --ensemble", {
    expected: "several models",
    got: `one, and ${rule}`,
    remedy: "give more files after --model, or leave --ensemble out",
  });
}

function twice(boosters: readonly string[]): InputError {
  return new InputError("invalid", "option --boosters", {
    expected: "names of boosters, each once",
    got: boosters.join(","),
    remedy: "see carom evade --list",
  });
}
