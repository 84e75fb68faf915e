// A worker process: computes tasks that the parent sends, through the store, one at a time.

import { InputError } from "@carom/core";
import type { Provider } from "@carom/core/models";
import { MissingInput, placedStore, runTask, type Task } from "@carom/core/study";
import { openStore } from "./openStore.ts";
import { type RememberingStore, remembering } from "./remembering.ts";
import { nodeRuntime } from "./runtime.ts";
import type { StorePlace } from "./store.ts";
import { startWatch } from "./watch.ts";

/** What a worker is told. */
export interface WorkerRequest {
  readonly task: Task;
  readonly place: StorePlace;
}

/** Seconds that a task took, by the clock and of the processor; and by the clock, those it spent on the store. */
export interface TaskTime {
  readonly clock: number;
  readonly processor: number;
  readonly store: number;
}

/** What a worker tells. */
export type WorkerReply =
  | { readonly progress: number }
  | { readonly done: TaskTime }
  | { readonly missing: string }
  | { readonly damaged: string }
  | { readonly inputError: ConstructorParameters<typeof InputError> }
  | { readonly fault: string };

/** What computes is the first argument. */
const provider = (process.argv[2] ?? "cpu") as Provider;
const runtime = nodeRuntime(provider);
/** A parent that cannot be told any more is gone. */
const tell = (reply: WorkerReply) => process.send?.(reply, (error: Error | null) => error && process.exit());

// A parent that is gone, however it went, takes its workers with it.
process.on("disconnect", () => process.exit());
if (process.connected === false) process.exit();
// In the middle of a computation only the watch sees it.
startWatch();
// Ctrl-C, the end of a terminal and of a batch job reach the whole process group; the parent decides what becomes of
// the workers.
for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"]) process.on(signal, () => {});

/** Progress is told this often at most: more would keep the parent busy that the workers want the cores of. */
const TELL_MS = 100;
let told = 0;
const tellProgress = (progress: number) => {
  const now = performance.now();
  if (now - told < TELL_MS) return;
  told = now;
  tell({ progress });
};

/** The same store; `spend` is told the seconds of each reading and writing. */
function timed(store: RememberingStore, spend: (seconds: number) => void): RememberingStore {
  const measured = async <T>(work: Promise<T>): Promise<T> => {
    const from = performance.now();
    try {
      return await work;
    } finally {
      spend((performance.now() - from) / 1000);
    }
  };
  return {
    ...store,
    read: (key) => measured(store.read(key)),
    write: (key, artifact) => measured(store.write(key, artifact)),
  };
}

let store: RememberingStore | undefined;
let spent = 0;

process.on("message", async ({ task, place }: WorkerRequest) => {
  store ??= timed(
    remembering(placedStore(await openStore(place, (path) => tell({ damaged: path })), provider)),
    (seconds) => {
      spent += seconds;
    },
  );
  try {
    spent = 0;
    const [started, before] = [performance.now(), process.cpuUsage()];
    await runTask(task, store, runtime, tellProgress);
    const { user, system } = process.cpuUsage(before);
    const clock = (performance.now() - started) / 1000;
    tell({ done: { clock, processor: (user + system) / 1e6, store: spent } });
  } catch (error) {
    if (error instanceof MissingInput) {
      store.forget();
      tell({ missing: error.key });
    } else if (error instanceof InputError) tell({ inputError: [error.code, error.what, error.detail] });
    else tell({ fault: (error as Error).stack ?? String(error) });
  }
});
