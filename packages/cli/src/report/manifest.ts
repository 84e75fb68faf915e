// What a run says of itself beside its numbers: seed, hashes, versions, time.

import { VERSION } from "@carom/core";
import type { RuntimeIdentity } from "@carom/core/models";
import type { StoreWithMakers } from "../host/makers.ts";

export interface RunFacts {
  /** What was asked, by its hash: the same command finds its run finished. */
  readonly question: string;
  readonly started: Date;
  readonly seconds: number;
  /** Who computed what the results were read from. */
  readonly runtimes: readonly RuntimeIdentity[];
  /** Rows sent to a target behind an address, and answers that were known before. */
  readonly queries?: Readonly<Record<string, unknown>>;
  /** What is suspicious of the data of a study. */
  readonly warnings?: readonly string[];
}

/** What a run that answers a question, started then, and read its results from there, says of itself now. */
export function factsOf(question: string, started: Date, store: StoreWithMakers): RunFacts {
  return { question, started, seconds: (Date.now() - started.getTime()) / 1000, runtimes: store.makers() };
}

/** The manifest of a run: what was computed with which seed on what, where and when. */
export function manifestOf(
  seed: number,
  inputs: Readonly<Record<string, unknown>>,
  { question, started, seconds, runtimes, queries, warnings = [] }: RunFacts,
) {
  return {
    carom: VERSION,
    question,
    seed,
    ...inputs,
    ...(queries && { queries }),
    ...(warnings.length > 0 && { warnings }),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    runtimes,
    started: started.toISOString(),
    seconds: Number(seconds.toFixed(1)),
  };
}
