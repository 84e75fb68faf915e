// Executes a plan: what the store already has is not computed again, the rest goes to workers as soon as it can.

import { assert } from "../errors.ts";
import type { Runtime } from "../models/runtime.ts";
import type { Artifact } from "./artifact.ts";
import type { Plan } from "./plan.ts";
import type { Task } from "./task.ts";
import { type TaskKindName, taskKinds } from "./tasks/index.ts";

/** Where artifacts are kept. */
export interface Store {
  has(key: string): Promise<boolean>;
  /** The artifact, checked; undefined where there is none, or one that was damaged and has been removed. */
  read(key: string): Promise<Artifact | undefined>;
  /** Written whole or not at all. */
  write(key: string, artifact: Artifact): Promise<void>;
}

/** A place where tasks are computed, several at a time. */
export interface Workers {
  readonly count: number;
  /** Computes a task and writes its artifact to the store. @throws MissingInput */
  run(task: Task, onProgress: (done: number) => void): Promise<void>;
}

/** An input of a task is not in the store (any more). */
export class MissingInput extends Error {
  readonly key: string;

  constructor(key: string) {
    super(`artifact ${key} is not in the store`);
    this.key = key;
  }
}

/** How far a plan is. */
export interface Progress {
  /** What was begun last. */
  readonly label: string;
  /** The share of the estimated time that is done, 0 to 1. */
  readonly done: number;
  readonly tasksDone: number;
  readonly tasks: number;
  /** Tasks of this plan that the store had already. */
  readonly reused: number;
}

/** Computes one task here: reads its inputs, runs its kind, writes its artifact. */
export async function runTask(
  task: Task,
  store: Store,
  runtime: Runtime,
  onProgress: (done: number) => void = () => {},
): Promise<void> {
  const inputs: Record<string, Artifact> = {};
  for (const [name, key] of Object.entries(task.inputs)) {
    const artifact = await store.read(key);
    if (!artifact) throw new MissingInput(key);
    inputs[name] = artifact;
  }
  const kind = taskKinds[task.kind as TaskKindName];
  await store.write(task.key, await kind.run(task.parameters, inputs, { runtime, onProgress }));
}

/**
 * Makes sure that the wanted artifacts are in the store.
 *
 * Only tasks whose artifacts are missing are computed, and of those only the ones that something wanted depends on.
 * An artifact that turns out to be damaged is computed again.
 */
export async function execute(
  plan: Plan,
  wanted: readonly string[],
  store: Store,
  workers: Workers,
  onProgress?: (progress: Progress) => void,
): Promise<void> {
  const byKey = new Map(plan.tasks.map((task) => [task.key, task]));
  const needed = new Map<string, Task>();
  const visit = async (key: string): Promise<void> => {
    if (needed.has(key)) return;
    const task = byKey.get(key);
    if (!task) {
      const source = plan.sources.get(key);
      assert(source, `nothing in the plan makes artifact ${key}`);
      if (!(await store.read(key))) await store.write(key, source);
      return;
    }
    if (await store.has(key)) return;
    needed.set(key, task);
    for (const input of Object.values(task.inputs)) await visit(input);
  };
  for (const key of wanted) {
    // What is wanted will be read, so it must be sound and not only there: reading removes what is damaged.
    await store.read(key);
    await visit(key);
  }

  const finished = new Set<string>();
  const share = new Map<string, number>();
  const report = (label: string) => {
    const total = [...needed.values()].reduce((sum, { seconds }) => sum + seconds, 0);
    const part = [...needed.values()].reduce((sum, { key, seconds }) => sum + seconds * (share.get(key) ?? 0), 0);
    onProgress?.({
      label,
      done: total > 0 ? part / total : 1,
      tasksDone: finished.size,
      tasks: needed.size,
      reused: plan.tasks.length - needed.size,
    });
  };
  const running = new Map<string, Promise<void>>();
  const isReady = ({ key, inputs }: Task) =>
    !finished.has(key) &&
    !running.has(key) &&
    Object.values(inputs).every((input) => !needed.has(input) || finished.has(input));
  let fault: unknown;
  const start = (task: Task) => {
    report(task.label);
    const work = workers
      .run(task, (done) => {
        share.set(task.key, done);
        report(task.label);
      })
      .then(
        () => {
          finished.add(task.key);
          share.set(task.key, 1);
          report(task.label);
        },
        async (error: unknown) => {
          if (!(error instanceof MissingInput)) throw error;
          // Somebody removed or damaged an input: it is made again, and this task then waits for it.
          finished.delete(error.key);
          share.delete(error.key);
          needed.delete(error.key);
          await visit(error.key);
        },
      )
      .catch((error: unknown) => {
        fault ??= error;
      })
      .finally(() => running.delete(task.key));
    running.set(task.key, work);
  };
  while (finished.size < needed.size && fault === undefined) {
    for (const task of needed.values()) {
      if (running.size >= workers.count) break;
      if (isReady(task)) start(task);
    }
    assert(running.size > 0, "a plan without a task that can begin");
    await Promise.race(running.values());
  }
  await Promise.all(running.values());
  if (fault !== undefined) throw fault;
}

/** A store in memory, for runs that nobody needs to resume. */
export function memoryStore(): Store {
  const artifacts = new Map<string, Artifact>();
  return {
    has: async (key) => artifacts.has(key),
    read: async (key) => artifacts.get(key),
    write: async (key, artifact) => {
      artifacts.set(key, artifact);
    },
  };
}

/** Workers that are this process itself, one task at a time. */
export function inProcess(store: Store, runtime: Runtime): Workers {
  return { count: 1, run: (task, onProgress) => runTask(task, store, runtime, onProgress) };
}
