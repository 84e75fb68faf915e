// What a plan would take, for --plan.

import { bytesInWords } from "@carom/core/data";
import { type Plan, presence } from "@carom/core/study";
import { openStore } from "../host/openStore.ts";
import { storePlace } from "../host/store.ts";
import { print } from "../terminal/print.ts";
import { printJson } from "./options.ts";

/** Prints how many tasks of each kind there are and are finished, and about what time and disk the rest takes. */
export async function describePlan(plan: Plan, workers: number, json: boolean): Promise<void> {
  const has = await presence(await openStore(storePlace()));
  const kinds = new Map<string, { tasks: number; finished: number; seconds: number }>();
  let bytes = 0;
  for (const { kind, key, seconds, bytes: size } of plan.tasks) {
    const row = kinds.get(kind) ?? { tasks: 0, finished: 0, seconds: 0 };
    kinds.set(kind, row);
    row.tasks++;
    if (await has(key)) row.finished++;
    else {
      row.seconds += seconds;
      bytes += size;
    }
  }
  const seconds = [...kinds.values()].reduce((sum, row) => sum + row.seconds, 0) / workers;
  if (json) {
    printJson({ kinds: Object.fromEntries(kinds), workers, seconds, bytes });
    return;
  }
  const lines = [...kinds].map(
    ([kind, { tasks, finished }]) => `${kind.padEnd(15)}${String(tasks).padStart(6)} tasks, ${finished} finished\n`,
  );
  print(`${lines.join("")}about ${duration(seconds)} with ${workers} workers, ${bytesInWords(bytes)} in the store\n`);
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
