// Worker processes: how one is started, and those that are started ahead, while it is still being read what to do.

import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism, freemem } from "node:os";
import { fileURLToPath } from "node:url";
import type { Provider } from "@carom/core/models";
import { heapOption, hearLastWords, type LastWords, withLastWords } from "./limits.ts";
import type { Device } from "./runtime.ts";

/** A worker, and what it said where it was ended for a limit. */
interface WorkerProcess {
  readonly child: ChildProcess;
  lastWords(): LastWords | undefined;
}

/**
 * A task brings objects of its own shapes, for which V8 compiles anew what it had compiled. Waiting longer for a
 * function to prove hot takes a twentieth off whole studies, and more off short ones. Only the V8 of Node 20 has this
 * option; later ones would refuse to start with it.
 */
const LATE_COMPILING = process.versions.v8.startsWith("11.3.") ? ["--interrupt-budget=1000000"] : [];

/**
 * Large arrays come and go with each task. glibc learns from them to put ever larger ones (up to 32 MB) on its heap,
 * which gives nothing back as long as something small lies above; with bounds of our own a worker that has trained a
 * machine of many support vectors holds a fifth less, at no cost in time. Other C libraries do not look at these.
 */
const GIVING_BACK = { MALLOC_MMAP_THRESHOLD_: String(2 ** 23), MALLOC_TRIM_THRESHOLD_: String(2 ** 26) };

/**
 * Beside a GPU arrays hold ten times as much, and taking new pages for them is most of the time around its work: they
 * are kept, and are large ones where the system has such.
 */
const KEEPING = {
  MALLOC_MMAP_THRESHOLD_: String(2 ** 31),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 33),
  GLIBC_TUNABLES: "glibc.malloc.hugetlb=1",
};

/** Memory that a worker may need for ordinary tasks. */
const WORKER_BYTES = 700 * 2 ** 20;

/** How many workers this machine has room for: one per core, as far as memory goes. */
export function defaultWorkers(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / WORKER_BYTES)));
}

/** Those that nobody has taken yet. */
const ahead: WorkerProcess[] = [];

/** What is known of a run before its data are read. */
interface Awaited {
  readonly workers?: number;
  readonly device?: Device | undefined;
  readonly broker?: string | undefined;
}

/**
 * Starts the workers of a run that is about to be planned: they load what they need while this process reads data. On
 * a GPU it is not yet known which provider they are for.
 */
export function startAhead({ workers = defaultWorkers(), device = "cpu", broker }: Awaited): void {
  if (device !== "cpu" || broker !== undefined) return;
  process.once("exit", endAhead);
  while (ahead.length < workers) {
    const started = start(device);
    // Nobody has to wait for them.
    started.child.unref();
    started.child.channel?.unref();
    ahead.push(started);
  }
}

/** Ends the workers that were not needed. */
export function endAhead(): void {
  for (const { child } of ahead.splice(0)) child.kill("SIGKILL");
}

/** A worker: one that was started ahead, or a new one. */
export function takeWorker(provider: Provider): WorkerProcess {
  while (provider === "cpu" && ahead.length > 0) {
    const { child, lastWords } = ahead.shift()!;
    if (!child.connected || child.exitCode !== null || child.signalCode !== null) continue;
    child.ref();
    child.channel?.ref();
    return { child, lastWords };
  }
  return start(provider);
}

/** How the process of a worker is started: options of Node, and variables beside those that it is given anyway. */
export const workerOptions = (provider: Provider) => ({
  // Workers fill the cores; threads of their own that collect garbage would only crowd each other out.
  // Tasks make many large arrays and keep few objects: marking a small heap at once, seldom, costs an eighth less.
  // Twice as much room for young ones gains nothing that can be measured, and takes 70 MB more of each worker.
  execArgv: [
    "--single-threaded-gc",
    "--no-incremental-marking",
    "--min-semi-space-size=32",
    "--max-semi-space-size=32",
    heapOption(),
    ...LATE_COMPILING,
  ],
  env: provider === "cpu" ? GIVING_BACK : KEEPING,
});

function start(provider: Provider): WorkerProcess {
  const { execArgv, env } = workerOptions(provider);
  const child = fork(fileURLToPath(new URL("worker.js", import.meta.url)), [provider], {
    execArgv,
    stdio: ["ignore", "inherit", "inherit", ...withLastWords.stdio],
    env: { ...env, ...withLastWords.env },
  });
  return { child, lastWords: hearLastWords(child) };
}
