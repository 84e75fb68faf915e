// Every evasion attack by name. The same list feeds the command line, option checks and the conformance suite.

import { addEntry, entryNamed, registryOf } from "../../registry.ts";
import { apgd } from "./apgd.ts";
import { beam } from "./beam.ts";
import { caa } from "./caa.ts";
import { capgd } from "./capgd.ts";
import type { AnyEvasionAttack } from "./evasionAttack.ts";
import { evolution } from "./evolution.ts";
import { fgm } from "./fgm.ts";
import { flips } from "./flips.ts";
import { lineSearch } from "./lineSearch.ts";
import { noise } from "./noise.ts";
import { pgd } from "./pgd.ts";
import { trees } from "./trees.ts";
import { universal } from "./universal.ts";

/** Every evasion attack by name. */
export const evasionAttacks: Readonly<Record<string, AnyEvasionAttack>> = registryOf<AnyEvasionAttack>([
  lineSearch,
  pgd,
  apgd,
  fgm,
  flips,
  universal,
  noise,
  capgd,
  evolution,
  caa,
  beam,
  trees,
]);

/**
 * The attack of that name.
 *
 * @throws InputError with the nearest name where there is none.
 *
 * @example
 * ```ts
 * import { evasionByName } from "@carom/core";
 *
 * console.log(evasionByName("pgd").capabilities.norms); // [ 'l0', 'l1', 'l2', 'linf' ]
 * ```
 */
export const evasionByName = (name: string): AnyEvasionAttack => entryNamed(evasionAttacks, "attack", name);

/** An attack of a program's own joins the others (`addEntry`). @throws InputError for a name that is taken */
export const addEvasionAttack = (entry: AnyEvasionAttack): void => addEntry(evasionAttacks, "attack", entry);
