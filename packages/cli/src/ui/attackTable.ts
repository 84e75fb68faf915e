// The registry of evasion attacks as a table.

import { type AnyEvasionAttack, evasionAttacks } from "@carom/core";
import { type Listed, optionsOf } from "./listing.ts";

export type AttackRow = Listed & Pick<AnyEvasionAttack, "capabilities" | "reference">;

/** One row per attack: options with defaults, the norms it is made for, where it comes from. */
export function attackTable(): AttackRow[] {
  return Object.values(evasionAttacks).map(({ name, summary, options, capabilities, reference }) => ({
    name,
    summary: `${summary} (${capabilities.norms.join(", ")}${capabilities.discrete ? "; binary features" : ""})`,
    options: optionsOf(options),
    capabilities,
    reference,
  }));
}
