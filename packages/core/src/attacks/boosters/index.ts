// Every booster by name. The same list feeds the command line, option checks and the conformance suite.

import { addEntry, entryNamed, registryOf } from "../../registry.ts";
import { admix } from "./admix.ts";
import { blockShuffle } from "./blockShuffle.ts";
import type { AnyBooster } from "./booster.ts";
import { diverseInput } from "./diverseInput.ts";
import { enhancedMomentum } from "./enhancedMomentum.ts";
import { gradientRelevance } from "./gradientRelevance.ts";
import { nesterov } from "./nesterov.ts";
import { penalizedNorm } from "./penalizedNorm.ts";
import { scaleInvariant } from "./scaleInvariant.ts";
import { structureInvariant } from "./structureInvariant.ts";
import { translationInvariant } from "./translationInvariant.ts";
import { varianceTuning } from "./varianceTuning.ts";

/** Every booster by name. */
export const boosters: Readonly<Record<string, AnyBooster>> = registryOf<AnyBooster>([
  nesterov,
  varianceTuning,
  enhancedMomentum,
  gradientRelevance,
  penalizedNorm,
  diverseInput,
  translationInvariant,
  scaleInvariant,
  admix,
  blockShuffle,
  structureInvariant,
]);

/** The booster of that name. @throws InputError with the nearest name where there is none. */
export const boosterByName = (name: string): AnyBooster => entryNamed(boosters, "booster", name);

/** A booster of a program's own joins the others (`addEntry`). @throws InputError for a name that is taken */
export const addBooster = (entry: AnyBooster): void => addEntry(boosters, "booster", entry);
