// What a run says of itself: when, where, and by which runtimes its results were computed.

import type { RunFacts } from "@carom/core/kinds";
import type { StoreWithMakers } from "./makers.ts";

/** Of a run that answers a question, started then, and read its results from there. */
export function factsOf(question: string, started: Date, store: StoreWithMakers): RunFacts {
  return {
    ...{ question, started, seconds: (Date.now() - started.getTime()) / 1000, runtimes: store.makers() },
    place: { node: process.version, platform: `${process.platform} ${process.arch}` },
  };
}
