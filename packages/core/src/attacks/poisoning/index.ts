// Every poisoning attack by name. The same list feeds the command line, option checks and the conformance suite.

import { addEntry, entryNamed, registryOf } from "../../registry.ts";
import { gradient } from "./gradient.ts";
import { heuristic } from "./heuristic.ts";
import { labelFlip, marginFlip } from "./labelFlip.ts";
import type { AnyPoisoningEntry } from "./poisoningEntry.ts";

/** Every poisoning attack by name. */
export const poisoningAttacks: Readonly<Record<string, AnyPoisoningEntry>> = registryOf<AnyPoisoningEntry>([
  gradient,
  labelFlip,
  marginFlip,
  heuristic,
]);

/** The attack of that name. @throws InputError with the nearest name where there is none. */
export const poisoningByName = (name: string): AnyPoisoningEntry =>
  entryNamed(poisoningAttacks, "poisoning attack", name);

/** A poisoning attack of a program's own joins the others (`addEntry`). @throws InputError for a name that is taken */
export const addPoisoningAttack = (entry: AnyPoisoningEntry): void =>
  addEntry(poisoningAttacks, "poisoning attack", entry);
