// Worker processes. Processes and not threads: a thread that ends during a run of ONNX Runtime takes all of us along.

import type { ChildProcess } from "node:child_process";
import { InputError } from "@carom/core";
import type { Provider } from "@carom/core/models";
import { Death, MissingInput, type Task, type Workers } from "@carom/core/study";
import { exceededInWords, type LastWords } from "./limits.ts";
import type { StorePlace } from "./store.ts";
import type { TaskTime, WorkerReply, WorkerRequest } from "./worker.ts";
import { takeWorker } from "./workerProcess.ts";

interface PoolOptions {
  readonly place: StorePlace;
  readonly count: number;
  /** What computes in each worker; the processor where absent. */
  readonly provider?: Provider;
  /** How often a task is tried again whose worker died; twice where absent. */
  readonly retries?: number;
  /** Told of damaged artifacts and of workers that died. */
  onWarning(message: string): void;
  /** Told what each finished task took. */
  onTime?(task: Task, time: TaskTime): void;
}

export interface Pool extends Workers {
  /** Ends all workers; tasks in flight are lost. */
  close(): void;
}

/** How a worker ended while it was at a task: by a signal, or by itself. */
interface WorkerEnd {
  readonly signal: NodeJS.Signals | null;
  /** The limit that it exceeded, where it was ended for one. */
  readonly words: LastWords | undefined;
}

/** A task whose worker dies is tried again this often. */
const RETRIES = 2;
/** A pool of worker processes, started when first needed and used again and again. */
export function startPool({ place, count, provider = "cpu", retries = RETRIES, onWarning, onTime }: PoolOptions): Pool {
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const lastWords = new WeakMap<ChildProcess, () => LastWords | undefined>();
  const spawn = (): ChildProcess => {
    const { child, lastWords: words } = takeWorker(provider);
    all.add(child);
    lastWords.set(child, words);
    child.once("exit", () => {
      all.delete(child);
      const at = idle.indexOf(child);
      if (at >= 0) idle.splice(at, 1);
    });
    return child;
  };
  const attempt = (task: Task, onProgress: (done: number) => void) =>
    new Promise<"done" | WorkerEnd>((resolve, reject) => {
      const child = idle.pop() ?? spawn();
      const finish = (settle: () => void) => {
        child.removeAllListeners("message");
        child.removeListener("close", died);
        idle.push(child);
        settle();
      };
      const died = (_status: number | null, signal: NodeJS.Signals | null) =>
        resolve({ signal, words: lastWords.get(child)?.() });
      // What it said last has come by then.
      child.once("close", died);
      child.on("message", (reply: WorkerReply) => {
        if ("progress" in reply) onProgress(reply.progress);
        else if ("damaged" in reply) onWarning(`damaged artifact ${reply.damaged} removed, it is computed again`);
        else if ("done" in reply) {
          onTime?.(task, reply.done);
          finish(() => resolve("done"));
        } else if ("missing" in reply) finish(() => reject(new MissingInput(reply.missing)));
        else if ("inputError" in reply) finish(() => reject(new InputError(...reply.inputError)));
        else finish(() => reject(new Error(reply.fault)));
      });
      child.send({ task, place } satisfies WorkerRequest, (error) => {
        if (error) child.kill("SIGKILL");
      });
    });
  return {
    count,
    prepare(busy) {
      while (all.size < busy) idle.push(spawn());
    },
    async run(task, onProgress) {
      let end: WorkerEnd | undefined;
      for (let tries = 0; tries <= retries; tries++) {
        const outcome = await attempt(task, onProgress);
        if (outcome === "done") return;
        end = outcome;
        if (end.words) throw new InputError("invalid", `task "${task.label}"`, exceededInWords(end.words));
        if (tries < retries) onWarning(`a worker died while it was at "${task.label}"; trying again`);
      }
      throw deadly(task, end?.signal ?? null, retries + 1);
    },
    close() {
      for (const child of all) {
        child.removeAllListeners();
        child.kill("SIGKILL");
      }
    },
  };
}

/** The system kills what takes too much memory; any other signal is a crash in native code, the runtime's. */
function deadly(task: Task, signal: NodeJS.Signals | null, tries: number): Death {
  const isCrash = signal !== null && signal !== "SIGKILL";
  return new Death("invalid", `task "${task.label}"`, {
    expected: isCrash ? "a model that ONNX Runtime can compute" : "a worker process that lives through it",
    got: isCrash
      ? `${tries} crashes inside the runtime (${signal})`
      : `${tries} workers that died, perhaps for want of memory`,
    remedy: isCrash
      ? "export the model again, for another opset or without what is unusual in it"
      : "start the same command again with --workers 1: it goes on",
  });
}
