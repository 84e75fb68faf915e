// What the files of an audit for machines say beside its result.

import type { GateFinding } from "../study/audit/gate.ts";

export interface Gated {
  /** The target as it was named, where it was. */
  readonly target?: string;
  readonly findings: readonly GateFinding[];
}
