// A study that has been planned, whatever its kind.

import type { Store } from "@carom/core";
import type { Ref } from "@carom/core/study";
import type { Content } from "../host/output.ts";
import type { RunFacts } from "../report/manifest.ts";

/** What to compute, and what is then to be said. */
export interface Asked {
  /** What is suspicious of the data. */
  readonly warnings?: readonly string[];
  readonly wanted: readonly Ref<unknown>[];
  answer(store: Store): Promise<{
    readonly result: object;
    readonly text: string;
    files(facts: RunFacts): Promise<Record<string, Content>>;
  }>;
}
