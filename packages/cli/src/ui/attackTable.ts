// The registry of evasion attacks as a table.

import { evasionAttacks } from "@carom/core";
import { type AnyEvasionAttack, boosters, ensembles, gradientsPerStep } from "@carom/core/attacks";
import { type Listed, optionsOf } from "./listing.ts";

type AttackRow = Listed & Pick<AnyEvasionAttack, "capabilities" | "reference">;

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

/** The registries of boosters and of rules of ensembles, likewise. */
export function boosterTable(): readonly Listed[] {
  return Object.values(boosters).map(({ name, summary, reference, options, data }) => {
    const listed = optionsOf(options);
    const gradients = gradientsPerStep([chooseDefaults(name)]);
    const made = data === "any" ? "" : data === "images" ? "; images" : "; real features";
    return { name, summary: `${summary} (${gradients} gradients a step${made}; ${reference})`, options: listed };
  });
}

export function ensembleTable(): readonly Listed[] {
  return Object.values(ensembles).map(({ name, summary, reference, gradientsPerStep }) => ({
    name,
    summary: `${summary} (${gradientsPerStep} gradients of each model a step; ${reference})`,
    options: [],
  }));
}

const chooseDefaults = (name: string) => ({ booster: boosters[name], options: boosters[name].options.parse({}) });
