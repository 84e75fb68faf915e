// Every rule of ensembles by name. The same list feeds the command line, study files and the conformance suite.

import { entryNamed, registryOf } from "../../registry.ts";
import type { Ensemble } from "./ensemble.ts";
import { meanDirection } from "./meanDirection.ts";
import { meanLoss } from "./meanLoss.ts";
import { svre } from "./svre.ts";

/** Every rule of ensembles by name. */
export const ensembles: Readonly<Record<string, Ensemble>> = registryOf([meanDirection, meanLoss, svre]);

/** The rule of that name. @throws InputError with the nearest name where there is none. */
export const ensembleByName = (name: string): Ensemble => entryNamed(ensembles, "rule of an ensemble", name);
