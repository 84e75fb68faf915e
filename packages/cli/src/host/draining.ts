// A process that ends when its work is done, once it has been asked to end: a second time it is asked, it ends at once.

import type { Drains } from "./doing.ts";

let asked: number | undefined;
let drains = false;
/**
 * Milliseconds in which the same signal comes more than once: from a terminal, and from the process that watches this
 * one.
 */
const SAME_MS = 500;

/** From now on a signal to end is a wish, which `isDraining` tells. */
export function drainAtSignals(onFirst: () => void): void {
  drains = true;
  process.send?.({ drains: true } satisfies Drains, () => {});
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (asked !== undefined) return;
      asked = performance.now();
      onFirst();
    });
  }
}

/** Whether a signal that comes now shall end the process only when its work is done. */
export const mayDrain = (): boolean => drains && (asked === undefined || performance.now() - asked < SAME_MS);
