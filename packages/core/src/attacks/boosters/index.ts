// Every booster by name. The same list feeds the command line, option checks and the conformance suite.

import { entryNamed, registryOf } from "../../registry.ts";
import type { AnyBooster } from "./booster.ts";
import { nesterov } from "./nesterov.ts";
import { varianceTuning } from "./varianceTuning.ts";

export const boosters: Readonly<Record<string, AnyBooster>> = registryOf<AnyBooster>([nesterov, varianceTuning]);

/** The booster of that name. @throws InputError with the nearest name where there is none. */
export const boosterByName = (name: string): AnyBooster => entryNamed(boosters, "booster", name);
