// A worker process: computes tasks that the parent sends, through the store, one at a time.

import { InputError, MissingInput, runTask, type Task } from "@carom/core";
import { nodeRuntime } from "./runtime.ts";
import { diskStore } from "./store.ts";

/** What a worker is told. */
export interface WorkerRequest {
  readonly task: Task;
  readonly store: string;
}

/** What a worker tells. */
export type WorkerReply =
  | { readonly progress: number }
  | { readonly done: true }
  | { readonly missing: string }
  | { readonly damaged: string }
  | { readonly inputError: ConstructorParameters<typeof InputError> }
  | { readonly fault: string };

const runtime = nodeRuntime();
const tell = (reply: WorkerReply) => process.send?.(reply);

// A parent that is gone, however it went, takes its workers with it.
process.on("disconnect", () => process.exit());
// Ctrl-C reaches the whole process group; the parent decides what becomes of the workers.
process.on("SIGINT", () => {});

process.on("message", async ({ task, store: folder }: WorkerRequest) => {
  const store = diskStore(folder, (path) => tell({ damaged: path }));
  try {
    await runTask(task, store, runtime, (progress) => tell({ progress }));
    tell({ done: true });
  } catch (error) {
    if (error instanceof MissingInput) tell({ missing: error.key });
    else if (error instanceof InputError) tell({ inputError: [error.code, error.what, error.detail] });
    else tell({ fault: (error as Error).stack ?? String(error) });
  }
});
