// Executes a plan: what the store already has is not computed again, the rest goes to workers as soon as it can.

import { assert, InputError } from "../../errors.ts";
import { criticalPaths } from "./criticalPath.ts";
import type { Plan } from "./plan.ts";
import { type PriorityQueue, priorityQueue } from "./priorityQueue.ts";
import type { Ref } from "./reference.ts";
import { MissingInput, presence, type Store } from "./store.ts";
import type { Task } from "./task.ts";

/** A place where tasks are computed, several at a time. */
export interface Workers {
  readonly count: number;
  /** Whether a fault of one task leaves what does not depend on it to be computed: others may be at it already. */
  readonly goesOn?: boolean;
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
 * Only tasks whose artifacts are missing are computed, and of those only the ones that something wanted depends on;
 * those with the longest way to the end begin first.
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
  let has = await presence(store);
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
    if (await has(key)) return;
    needed.set(key, task);
    for (const input of Object.values(task.inputs)) await visit(input);
  };
  for (const { key } of wanted) {
    // What is wanted will be read, so it must be sound and not only there: reading removes what is damaged.
    await store.read(key);
    await visit(key);
  }

  // What was there then may be lost later.
  has = (key) => store.has(key);

  const finished = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const share = new Map<string, number>();
  let total = 0;
  const arrange = () => {
    total = [...needed.values()].reduce((sum, { seconds }) => sum + seconds, 0);
    return scheduleOf(needed, finished, running);
  };
  let schedule = arrange();
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
  const places = plan.tasks.some(({ asks }) => asks) ? ASKING : 0;
  let asking = 0;
  let fault: unknown;
  // Racing all that runs would grow with it at each turn.
  let wake = () => {};
  const start = (task: Task) => {
    advance(task, 0);
    if (task.asks) asking++;
    const work = workers
      .run(task, (done) => advance(task, done))
      .then(
        () => {
          finished.add(task.key);
          advance(task, 1);
          schedule.finish(task);
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
          running.delete(task.key);
          schedule = arrange();
        },
      )
      .catch((error: unknown) => {
        fault ??= error;
      })
      .finally(() => {
        running.delete(task.key);
        if (task.asks) asking--;
        wake();
      });
    running.set(task.key, work);
  };
  workers.prepare?.(Math.min(workers.count, needed.size));
  while (finished.size < needed.size) {
    const mayStart = fault === undefined || workers.goesOn === true;
    while (mayStart && asking < places && schedule.asking.size > 0) start(schedule.asking.take()!);
    while (mayStart && running.size - asking < workers.count && schedule.ready.size > 0) start(schedule.ready.take()!);
    if (running.size === 0 && fault !== undefined) break;
    assert(running.size > 0, "a plan without a task that can begin");
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  await Promise.all(running.values());
  if (fault !== undefined) throw fault;
}

/** Tasks that can begin, the one with the longest way to the end first. */
interface Schedule {
  /** Those that ask a service, and the others. */
  readonly asking: PriorityQueue<Task>;
  readonly ready: PriorityQueue<Task>;
  /** Adds what waited for a task alone. */
  finish(task: Task): void;
}

function scheduleOf(
  needed: ReadonlyMap<string, Task>,
  finished: ReadonlySet<string>,
  running: ReadonlyMap<string, unknown>,
): Schedule {
  const paths = criticalPaths(needed.values());
  const [asking, ready] = [priorityQueue<Task>(), priorityQueue<Task>()];
  const add = (task: Task) => (task.asks ? asking : ready).add(task, paths.get(task.key)!);
  const waiting = new Map<string, number>();
  const needing = new Map<string, Task[]>();
  for (const task of needed.values()) {
    if (finished.has(task.key)) continue;
    const missing = [...new Set(Object.values(task.inputs))].filter((key) => needed.has(key) && !finished.has(key));
    waiting.set(task.key, missing.length);
    for (const key of missing) {
      const known = needing.get(key);
      if (known) known.push(task);
      else needing.set(key, [task]);
    }
    if (missing.length === 0 && !running.has(task.key)) add(task);
  }
  return {
    asking,
    ready,
    finish({ key }) {
      for (const task of needing.get(key) ?? []) {
        const left = waiting.get(task.key)! - 1;
        waiting.set(task.key, left);
        if (left === 0) add(task);
      }
    },
  };
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

/**
 * Tasks that ask a service and run at a time; they wait for it more than they compute, so they take no worker's place.
 */
const ASKING = 2;
