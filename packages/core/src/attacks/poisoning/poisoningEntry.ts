// What the registry holds of a poisoning attack, and how it is built from its options.

import type { EntryWithOptions } from "../../registry.ts";
import { parseOptions } from "../../registry.ts";
import type { PoisoningAttack } from "./task.ts";

export interface PoisoningEntry<Options = Record<string, unknown>> extends EntryWithOptions<Options> {
  /** One line for lists and help. */
  readonly summary: string;
  readonly reference: string;
  /** Whether it differentiates through the training. */
  readonly needsGradient: boolean;
  create(options: Options): PoisoningAttack;
}

/** An attack whose options have been forgotten: what a registry of different attacks can hold. */
// biome-ignore lint/suspicious/noExplicitAny: each attack checks its own options by schema
export type AnyPoisoningEntry = PoisoningEntry<any>;

/** An attack with its options checked. @throws InputError for options it lacks and values it refuses. */
export function buildPoisoning(attack: AnyPoisoningEntry, given: Readonly<Record<string, unknown>>): PoisoningAttack {
  return attack.create(parseOptions(attack, given));
}
