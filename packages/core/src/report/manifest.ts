// What a run says of itself beside its numbers: seed, hashes, versions, time.

import type { RuntimeIdentity } from "../models/runtime.ts";
import { VERSION } from "../version.ts";

/** What a run knows of itself when its files are made. */
export interface RunFacts {
  /** What was asked, by its hash: the same command finds its run finished. */
  readonly question: string;
  readonly started: Date;
  readonly seconds: number;
  /** Who computed what the results were read from. */
  readonly runtimes: readonly RuntimeIdentity[];
  /** Where it was asked, such as the platform and what is installed there. */
  readonly place: Readonly<Record<string, string>>;
  /** Rows sent to a target behind an address, and answers that were known before. */
  readonly queries?: Readonly<Record<string, unknown>>;
  /** What is suspicious of the data of a study. */
  readonly warnings?: readonly string[];
}

/** The manifest of a run: what was computed with which seed on what, where and when. */
export function manifestOf(
  seed: number,
  inputs: Readonly<Record<string, unknown>>,
  { question, started, seconds, runtimes, place, queries, warnings = [] }: RunFacts,
) {
  return {
    carom: VERSION,
    question,
    seed,
    ...inputs,
    ...(queries && { queries }),
    ...(warnings.length > 0 && { warnings }),
    ...place,
    runtimes,
    started: started.toISOString(),
    seconds: Number(seconds.toFixed(1)),
  };
}
