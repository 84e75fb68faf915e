// Who attacks in an audit, as the options say.

import { type Attacker, buildAttacker, type Dataset, evasionAttacks } from "@carom/core";
import { attackerNamed, boosters, ensembles } from "@carom/core/attacks";
import {
  type AuditAttacker,
  type AuditQuestion,
  DEFAULT_ATTACKERS,
  normIn,
  type SurrogateChoice,
  suitable,
  withRivals,
} from "@carom/core/study";
import { normNamed } from "../host/threat.ts";
import { invalid } from "../ui/options.ts";
import { unitsOf } from "../ui/unitsOption.ts";
import type { AuditOptions } from "./auditSubject.ts";

/** Every attack, booster and rule of the registries, each by itself. */
const ALL = "all";

/** The names in --attackers. @throws InputError for one that nobody has, or twice the same */
export function parseAttackers(text: string): readonly string[] {
  if (text === "none") return [];
  if (text === "all") return [ALL];
  const names = text.split(",").map((name) => name.trim());
  if (new Set(names).size < names.length) {
    throw invalid("--attackers", "names, each once, with commas between", text, "for instance ensemble,vmi");
  }
  for (const name of names) attackerNamed(name);
  return names;
}

/** How perturbations are measured. */
export function normChoiceOf(
  { domain }: Dataset,
  options: Pick<AuditOptions, "norm" | "units" | "epsilon">,
): Pick<AuditQuestion, "norm" | "units"> {
  const units = unitsOf(domain, options, options.epsilon);
  return { norm: normNamed(options.norm).name, ...(units === "ranges" && { units }) };
}

/** The attackers, and in sentences what was chosen, and why others are left out that were named. */
export function attackersFor(
  attacked: Dataset,
  surrogates: readonly SurrogateChoice[],
  { attackers: names, attack, ...options }: AuditOptions,
  isService: boolean,
): {
  readonly attackers?: readonly AuditAttacker[];
  readonly attack?: Attacker;
  readonly told: readonly string[];
  readonly leftOut: readonly string[];
} {
  const norm = normChoiceOf(attacked, options);
  const threat = { norm: normIn(attacked.domain, norm), domain: attacked.domain };
  const suits = (how: Attacker, models: number) => buildAttacker(how, { threat, shape: attacked.featureShape, models });
  if (attack !== undefined) suits(attackerNamed(attack), 1);
  // Each kind of points is asked about, and may be paid for.
  const chosen = names ?? (isService ? [] : DEFAULT_ATTACKERS);
  const isAll = chosen[0] === ALL;
  const every = isAll ? Object.keys({ ...evasionAttacks, ...boosters, ...ensembles }) : chosen;
  const named = every.map((name) => ({ name, how: attackerNamed(name) }));
  // Who is named and does not suit the data is refused; of those that are not named it is told.
  if (names && !isAll) for (const { how } of named) suits(how, how.ensemble === undefined ? 1 : surrogates.length);
  const { attackers, leftOut } = suitable(names ? withRivals(named) : named, surrogates, attacked, norm);
  const byDefault = !names && attackers.length > 0 ? [`attackers beside single surrogates: ${chosen.join(", ")}`] : [];
  return {
    ...(attackers.length > 0 && { attackers }),
    ...(attack !== undefined && { attack: attackerNamed(attack) }),
    ...(names && !isAll ? { told: byDefault, leftOut } : { told: [...byDefault, ...leftOut], leftOut: [] }),
  };
}
