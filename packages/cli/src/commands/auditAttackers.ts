// Who attacks in an audit, as the options say.

import {
  type AuditAttacker,
  type AuditQuestion,
  attackerNamed,
  boosters,
  buildAttacker,
  type Dataset,
  DEFAULT_ATTACKERS,
  ensembles,
  evasionAttacks,
  normIn,
  type SurrogateChoice,
  suitable,
  withRivals,
} from "@carom/core";
import { normNamed } from "../host/threat.ts";
import { invalid } from "../ui/options.ts";
import { unitsOf } from "../ui/unitsOption.ts";
import type { AuditOptions } from "./auditSubject.ts";

/** The names in --attackers. @throws InputError for one that nobody has, or twice the same */
export function parseAttackers(text: string): readonly string[] {
  if (text === "none") return [];
  if (text === "all") return Object.keys({ ...evasionAttacks, ...boosters, ...ensembles });
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

/** The attackers, and in sentences why others are left out. */
export function attackersFor(
  attacked: Dataset,
  surrogates: readonly SurrogateChoice[],
  { attackers: names, attack, ...options }: AuditOptions,
  isService: boolean,
): {
  readonly attackers?: readonly AuditAttacker[];
  readonly attack?: ReturnType<typeof attackerNamed>;
  readonly told: string[];
} {
  const norm = normChoiceOf(attacked, options);
  const threat = { norm: normIn(attacked.domain, norm), domain: attacked.domain };
  if (attack !== undefined) buildAttacker(attackerNamed(attack), { threat, shape: attacked.featureShape, models: 1 });
  // Each kind of points is asked about, and may be paid for.
  const chosen = names ?? (isService ? [] : DEFAULT_ATTACKERS);
  const named = chosen.map((name) => ({ name, how: attackerNamed(name) }));
  // Who is named and does not suit is told at once; who is meant by "all" or by default is left out.
  const all = names === undefined ? named : withRivals(named);
  const { attackers, leftOut } = suitable(all, surrogates, attacked, norm);
  const byDefault =
    names === undefined && chosen.length > 0 ? [`attackers beside single surrogates: ${chosen.join(", ")}`] : [];
  return {
    ...(attackers.length > 0 && { attackers }),
    ...(attack !== undefined && { attack: attackerNamed(attack) }),
    told: [...byDefault, ...leftOut],
  };
}
