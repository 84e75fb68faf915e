// Executes a plan in worker processes on the store on disk.

import { execute, type Plan, type Store } from "@carom/core";
import { startProgress } from "../ui/progress.ts";
import { startPool } from "./pool.ts";
import { diskStore, prepareStore, storeFolder } from "./store.ts";

export interface RunOptions {
  readonly workers: number;
  readonly quiet: boolean;
}

/** Makes sure that the wanted artifacts of a plan are in the store, and returns that store. */
export async function runPlan(plan: Plan, wanted: readonly string[], { workers, quiet }: RunOptions): Promise<Store> {
  const folder = storeFolder();
  await prepareStore(folder);
  const progress = startProgress(quiet);
  const onWarning = (message: string) => {
    progress.end();
    process.stderr.write(`carom: ${message}\n`);
  };
  const store = diskStore(folder, (path) => onWarning(`damaged artifact ${path} removed, it is computed again`));
  const pool = startPool({ store: folder, count: workers, onWarning });
  try {
    await execute(plan, wanted, store, pool, ({ label, done, tasksDone, tasks }) =>
      progress.update(`${label} (${tasksDone} of ${tasks})`, done),
    );
  } finally {
    progress.end();
    pool.close();
  }
  return store;
}
