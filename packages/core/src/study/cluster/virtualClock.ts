// Time that passes as fast as what waits for it is done, for tests and simulations.

import { priorityQueue } from "../../priorityQueue.ts";
import type { Clock } from "./broker.ts";

export interface VirtualClock extends Clock {
  /** Lets time pass until a promise is settled. `turn` lets all that can go on go on. */
  runUntil<T>(promise: Promise<T>, turn: () => Promise<void>): Promise<T>;
}

export function virtualClock(): VirtualClock {
  let now = 0;
  const sleeping = priorityQueue<{ readonly until: number; wake(): void }>();
  return {
    now: () => now,
    sleep: (milliseconds) =>
      new Promise((wake) => {
        const until = now + milliseconds;
        sleeping.add({ until, wake }, -until);
      }),
    async runUntil(promise, turn) {
      let settled = false;
      const watched = promise.finally(() => {
        settled = true;
      });
      // Whoever awaits the promise is told of a failure; this one is only watched.
      watched.catch(() => {});
      for (;;) {
        await turn();
        if (settled) return watched;
        const next = sleeping.take();
        if (!next) throw new Error("nothing is left that could go on");
        now = next.until;
        next.wake();
      }
    },
  };
}
