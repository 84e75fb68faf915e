// Who attacks in an audit, as options say.

import type { Attacker } from "@carom/core";
import { attackerNamed } from "@carom/core/attacks";
import type { ResolvedFeatures } from "@carom/core/features";
import { ALL_ATTACKERS, type AuditChoices, FAMILIES } from "@carom/core/study";
import { normNamed } from "../host/threat.ts";
import { invalid } from "../ui/options.ts";
import type { AuditOptions } from "./auditSubject.ts";

/**
 * The names in --attackers; one of them may stand for all.
 * @throws InputError for one that nobody has, or twice the same
 */
export function parseAttackers(text: string): readonly string[] {
  if (text === "none") return [];
  const names = text.split(",").map((name) => name.trim());
  if (new Set(names).size < names.length) {
    throw invalid("--attackers", "names, each once, with commas between", text, "for instance ensemble,vmi");
  }
  if (text === ALL_ATTACKERS) return names;
  for (const name of names) if (name !== FAMILIES) attackerNamed(name);
  return names;
}

/** What options choose of an audit. */
export function choicesOf(
  { seed, norm, units, epsilon, surrogates, attack, attackers, targetClass, objective }: AuditOptions,
  features?: ResolvedFeatures,
): AuditChoices {
  const how: Attacker | undefined = attack === undefined ? undefined : attackerNamed(attack);
  return {
    seed,
    norm: normNamed(norm).name,
    ...(units && { units }),
    ...(features && { features }),
    ...(epsilon && { epsilons: epsilon }),
    ...(surrogates && { surrogates }),
    ...(how && { attack: how }),
    ...(targetClass !== undefined && { targetClass }),
    ...(objective !== undefined && { objective }),
    ...(attackers && { attackers: attackers[0] === ALL_ATTACKERS ? ALL_ATTACKERS : attackers }),
  };
}
