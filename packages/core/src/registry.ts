// What all registries share: an entry is found by its name, and options are checked against the schema of an entry.

import type { z } from "zod";
import { InputError, unknownName } from "./errors.ts";
import { expectedBy } from "./expectedBy.ts";

/** An entry that takes options: a learner, an attack. */
export interface EntryWithOptions<Options> {
  readonly name: string;
  /** Checks options and fills in defaults. */
  readonly options: z.ZodType<Options>;
}

/** A list of entries as a registry, by name and in that order. */
export function registryOf<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
): Readonly<Record<string, Entry>> {
  return Object.fromEntries(entries.map((entry) => [entry.name, entry]));
}

/**
 * Adds an entry of a program's own to a registry, for the process that it runs in. Tasks know an entry by its name and
 * its options alone: where a store outlives the program, an entry that computes something else now needs another name.
 *
 * @throws InputError for a name that is taken
 */
export function addEntry<Entry extends { readonly name: string }>(
  registry: Readonly<Record<string, Entry>>,
  kind: string,
  entry: Entry,
): void {
  if (Object.hasOwn(registry, entry.name)) {
    throw new InputError("invalid", `name of ${kind}`, {
      expected: "one that is not taken",
      got: `"${entry.name}"`,
      remedy: "give it another name",
    });
  }
  (registry as Record<string, Entry>)[entry.name] = entry;
}

/** The entry of that name. @throws InputError with the nearest name where there is none. */
export function entryNamed<Entry>(registry: Readonly<Record<string, Entry>>, kind: string, name: string): Entry {
  return Object.hasOwn(registry, name) ? registry[name] : unknownName(kind, name, Object.keys(registry));
}

/**
 * The options of an entry, those that are not given as the schema has them.
 *
 * @throws InputError for an option that the entry lacks, the nearest one named, and for values that it refuses
 *
 * @example
 * ```ts
 * import { learnerByName, parseOptions } from "@carom/core";
 *
 * const { C, tolerance } = parseOptions(learnerByName("logistic"), { C: 10 });
 * console.log(C, tolerance); // 10 1e-8
 * ```
 */
export function parseOptions<Options>(
  { name, options }: EntryWithOptions<Options>,
  given: Readonly<Record<string, unknown>>,
): Options {
  const { shape } = options as unknown as z.ZodObject;
  for (const option of Object.keys(given)) {
    if (!Object.hasOwn(shape, option)) unknownName(`option of ${name}`, option, Object.keys(shape));
  }
  // To have code made for a schema would take longer than to check one object by it.
  const parsed = options.safeParse(given, { jitless: true });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const option = String(issue.path[0]);
  throw new InputError("invalid", `option ${option} of ${name}`, {
    expected: expectedBy(issue),
    got: JSON.stringify(given[option]),
    remedy: `${option} is the ${(shape[option] as z.ZodType).description}`,
  });
}
