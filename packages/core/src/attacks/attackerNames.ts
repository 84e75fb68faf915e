// Attackers in words: names of attacks, boosters and rules of ensembles, with a plus between them.

import { unknownName } from "../errors.ts";
import { type Attacker, MOMENTUM } from "./attacker.ts";
import { boosters } from "./boosters/index.ts";
import { ensembles } from "./ensembles/index.ts";
import { evasionAttacks } from "./evasion/index.ts";

/** What parts of a name mean beside the entries of registries. */
const words: Readonly<Record<string, Attacker>> = {
  mi: { attack: MOMENTUM },
  ensemble: { ensemble: "meanDirection" },
};

/**
 * The attacker that a text describes, such as "pgd", "vmi", "ni+vmi", "ensemble", "svre" or "apgd+meanLoss".
 *
 * @throws InputError for a part that no registry has, or an attack or a rule beside another
 */
export function attackerNamed(text: string): Attacker {
  const found: { attack?: Attacker["attack"]; boosters: { name: string }[]; ensemble?: string } = { boosters: [] };
  for (const part of text.split("+").map((each) => each.trim())) {
    const { attack, ensemble } = partNamed(part);
    if (Object.hasOwn(boosters, part)) found.boosters.push({ name: part });
    if ((attack && found.attack) || (ensemble && found.ensemble)) {
      unknownName(`part of attacker "${text}" beside another of its kind`, part, Object.keys(boosters));
    }
    if (attack) found.attack = attack;
    if (ensemble) found.ensemble = ensemble;
  }
  const { boosters: chosen, ...rest } = found;
  return { ...rest, ...(chosen.length > 0 && { boosters: chosen }) };
}

function partNamed(part: string): Attacker {
  if (Object.hasOwn(words, part)) return words[part];
  if (Object.hasOwn(evasionAttacks, part)) return { attack: { name: part } };
  if (Object.hasOwn(ensembles, part)) return { ensemble: part };
  return Object.hasOwn(boosters, part) ? {} : unknownName("attacker", part, attackerParts());
}

/** All parts that names of attackers may have. */
export function attackerParts(): readonly string[] {
  return [...Object.keys(words), ...Object.keys(evasionAttacks), ...Object.keys(boosters), ...Object.keys(ensembles)];
}
