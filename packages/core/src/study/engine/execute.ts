// Executes a plan: what the store already has is not computed again, the rest goes to workers as soon as it can.

import { assert, InputError } from "../../errors.ts";
import { criticalPaths } from "./criticalPath.ts";
import type { Plan } from "./plan.ts";
import type { Ref } from "./reference.ts";
import { MissingInput, type Store } from "./store.ts";
import type { Task } from "./task.ts";

/** A place where tasks are computed, several at a time. */
export interface Workers {
  readonly count: number;
  /** Told how many can be busy at once, before the first task. */
  prepare?(busy: number): void;
  /** Computes a task and writes its artifact to the store. @throws MissingInput */
  run(task: Task, onProgress: (done: number) => void): Promise<void>;
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

/**
 * Makes sure that the wanted artifacts are in the store.
 *
 * Only tasks whose artifacts are missing are computed, and of those only the ones that something wanted depends on; those
 * with the longest way to the end begin first.
 * An artifact that turns out to be damaged is computed again.
 */
export async function execute(
  plan: Plan,
  wanted: readonly Pick<Ref<unknown>, "key">[],
  store: Store,
  workers: Workers,
  onProgress?: (progress: Progress) => void,
): Promise<void> {
  const byKey = new Map(plan.tasks.map((task) => [task.key, task]));
  const needed = new Map<string, Task>();
  const sources = new Set<string>();
  const visit = async (key: string): Promise<void> => {
    if (needed.has(key) || sources.has(key)) return;
    const task = byKey.get(key);
    if (!task) {
      const source = plan.sources.get(key);
      assert(source, `nothing in the plan makes artifact ${key}`);
      sources.add(key);
      if (!(await store.read(key))) await store.write(key, source);
      return;
    }
    if (await store.has(key)) return;
    needed.set(key, task);
    for (const input of Object.values(task.inputs)) await visit(input);
  };
  for (const { key } of wanted) {
    // What is wanted will be read, so it must be sound and not only there: reading removes what is damaged.
    await store.read(key);
    await visit(key);
  }

  const finished = new Set<string>();
  const share = new Map<string, number>();
  let order: readonly Task[] = [];
  let total = 0;
  const arrange = () => {
    const paths = criticalPaths(needed.values());
    order = [...needed.values()].sort((a, b) => paths.get(b.key)! - paths.get(a.key)!);
    total = order.reduce((sum, { seconds }) => sum + seconds, 0);
  };
  arrange();
  let part = 0;
  const advance = ({ key, seconds, label }: Task, done: number) => {
    part += seconds * (done - (share.get(key) ?? 0));
    share.set(key, done);
    onProgress?.({
      label,
      // Of many parts the sum is rounded: the whole is what all tasks are.
      done: finished.size === needed.size ? 1 : Math.min(1, part / Math.max(total, Number.MIN_VALUE)),
      tasksDone: finished.size,
      tasks: needed.size,
      reused: plan.tasks.length - needed.size,
    });
  };
  const losses = new Map<string, number>();
  const running = new Map<string, Promise<void>>();
  const places = plan.tasks.some(({ asks }) => asks) ? ASKING : 0;
  let asking = 0;
  const isReady = ({ key, inputs }: Task) =>
    !finished.has(key) &&
    !running.has(key) &&
    Object.values(inputs).every((input) => !needed.has(input) || finished.has(input));
  let fault: unknown;
  const start = (task: Task) => {
    advance(task, 0);
    if (task.asks) asking++;
    const work = workers
      .run(task, (done) => advance(task, done))
      .then(
        () => {
          finished.add(task.key);
          advance(task, 1);
        },
        async (error: unknown) => {
          if (!(error instanceof MissingInput)) throw error;
          // Somebody removed or damaged an input: it is made again, and this task then waits for it.
          const times = (losses.get(error.key) ?? 0) + 1;
          losses.set(error.key, times);
          if (times > MOST_LOSSES) throw storeKeepsNothing(error.key);
          const lost = needed.get(error.key);
          if (lost) advance(lost, 0);
          finished.delete(error.key);
          needed.delete(error.key);
          sources.delete(error.key);
          await visit(error.key);
          arrange();
        },
      )
      .catch((error: unknown) => {
        fault ??= error;
      })
      .finally(() => {
        running.delete(task.key);
        if (task.asks) asking--;
      });
    running.set(task.key, work);
  };
  workers.prepare?.(Math.min(workers.count, needed.size));
  while (finished.size < needed.size && fault === undefined) {
    for (const task of order) {
      const computing = running.size - asking;
      if (computing >= workers.count && asking >= places) break;
      const hasRoom = task.asks ? asking < places : computing < workers.count;
      if (hasRoom && isReady(task)) start(task);
    }
    assert(running.size > 0, "a plan without a task that can begin");
    await Promise.race(running.values());
  }
  await Promise.all(running.values());
  if (fault !== undefined) throw fault;
}

/** How often one artifact may get lost before the store is not to be relied on. */
const MOST_LOSSES = 3;

function storeKeepsNothing(key: string): InputError {
  return new InputError("invalid", "store", {
    expected: "a folder that keeps what is written to it",
    got: `artifact ${key.slice(0, 12)}… gone for the ${MOST_LOSSES + 1}th time`,
    remedy: "see whether another program empties it, or set CAROM_STORE to another folder",
  });
}

/** Tasks that ask a service and run at a time; they wait for it more than they compute, so they take no worker's place. */
const ASKING = 2;
