// What a run says of itself beside its numbers: seed, hashes, versions, time.

import { VERSION } from "@carom/core";

export interface RunFacts {
  readonly started: Date;
  readonly seconds: number;
  /** Rows sent to a target behind an address, and answers that were known before. */
  readonly queries?: Readonly<Record<string, unknown>>;
  /** What is suspicious of the data of a study. */
  readonly warnings?: readonly string[];
}

/** The manifest of a run: what was computed with which seed on what, where and when. */
export function manifestOf(
  seed: number,
  inputs: Readonly<Record<string, unknown>>,
  { started, seconds, queries, warnings = [] }: RunFacts,
) {
  return {
    carom: VERSION,
    seed,
    ...inputs,
    ...(queries && { queries }),
    ...(warnings.length > 0 && { warnings }),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    started: started.toISOString(),
    seconds: Number(seconds.toFixed(1)),
  };
}
