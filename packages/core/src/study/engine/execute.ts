// Executes a plan: what the store already has is not computed again, the rest goes to workers as soon as it can.

import { assert, InputError } from "../../errors.ts";
import { type PriorityQueue, priorityQueue } from "../../priorityQueue.ts";
import { criticalPaths } from "./criticalPath.ts";
import type { Plan } from "./plan.ts";
import type { Ref } from "./reference.ts";
import { MissingInput, presence, type Store } from "./store.ts";
import type { Task } from "./task.ts";
import { taskGraph } from "./taskGraph.ts";

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
  /** What all was estimated to take with these workers, in seconds. */
  readonly seconds: number;
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
  const { tasks } = plan;
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const needed = new Set<string>();
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
    needed.add(key);
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
  /** How far those are that began. A task may say that all is done before it has ended, and counts once. */
  const share = new Map<string, number>();
  let total = 0;
  const arrange = () => {
    const those = tasks.filter(({ key }) => needed.has(key));
    total = those.reduce((sum, { seconds }) => sum + seconds, 0);
    return scheduleOf(those, finished, running);
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
      seconds: total / workers.count,
      tasksDone: finished.size,
      tasks: needed.size,
      reused: tasks.length - needed.size,
    });
  };
  const losses = new Map<string, number>();
  const places = tasks.some(({ asks }) => asks) ? ASKING : 0;
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
          // Somebody else may have made it, when it was lost and this one began.
          if (needed.has(task.key)) {
            finished.add(task.key);
            schedule.finish(task);
          }
          advance(task, 1);
        },
        async (error: unknown) => {
          if (!(error instanceof MissingInput)) throw error;
          // Somebody removed or damaged an input: it is made again, and this task then waits for it.
          const times = (losses.get(error.key) ?? 0) + 1;
          losses.set(error.key, times);
          if (times > MOST_LOSSES) throw storeKeepsNothing(error.key);
          const lost = byKey.get(error.key);
          if (lost && finished.delete(error.key)) advance(lost, 0);
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
  tasks: readonly Task[],
  finished: ReadonlySet<string>,
  running: ReadonlyMap<string, unknown>,
): Schedule {
  const graph = taskGraph(tasks);
  const paths = criticalPaths(graph);
  const [asking, ready] = [priorityQueue<Task>(), priorityQueue<Task>()];
  const add = (i: number) => (tasks[i].asks ? asking : ready).add(tasks[i], paths[i]);
  const waiting = graph.needs.slice();
  for (const [i, { key }] of tasks.entries())
    if (finished.has(key)) for (const next of graph.neededBy(i)) waiting[next]--;
  for (const [i, { key }] of tasks.entries()) {
    if (waiting[i] === 0 && !finished.has(key) && !running.has(key)) add(i);
  }
  return {
    asking,
    ready,
    finish(task) {
      for (const next of graph.neededBy(graph.numberOf(task))) if (--waiting[next] === 0) add(next);
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
