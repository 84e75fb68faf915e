// A machine that computes what is offered, several tasks at a time, until it is told to stop.

import { InputError } from "../../errors.ts";
import type { Provider } from "../../models/runtime.ts";
import { MissingInput } from "../engine/store.ts";
import type { Task } from "../engine/task.ts";
import { type Broker, type Clock, codeName, type Failure, type Offer, type Taken } from "./broker.ts";

/** Thrown by what computes a task where the process that was at it died. */
export class Death extends InputError {}

interface ServeOptions {
  readonly name: string;
  readonly pid: number;
  /** Tasks at a time. */
  readonly places: number;
  readonly provider: Provider;
  readonly clock: Clock;
  /** Computes a task and writes its artifact to the store. @throws MissingInput, InputError, Death */
  run(task: Task): Promise<void>;
  /** Settles when no more is to be taken; what is running ends. */
  readonly stop: Promise<unknown>;
  /** Milliseconds without work after which it stops. */
  readonly idle: number;
  onWarning(message: string): void;
  onEnd?(task: Task): void;
}

/** Processes that may die of a task, on whatever machines, before it counts as what kills them. */
const MOST_DEATHS = 3;
/** Milliseconds until a machine takes a task again that a process of its own died of: another shall try. */
const RESPITE = 5000;
/** Milliseconds between two looks for work: the more there was none, the longer. */
const [SOON, PAUSE] = [10, 500];
/** A lease is renewed so often before it could be taken over. */
const RENEWALS = 4;

/**
 * Computes what is offered. Resolves, when it is to stop or had nothing to do for long, with the number of finished
 * tasks.
 */
export async function serve(broker: Broker, options: ServeOptions): Promise<number> {
  const { name, pid, places, provider, clock, idle, onWarning } = options;
  const code = codeName();
  const running = new Map<string, Promise<void>>();
  const held = new Set<Taken>();
  const telling = new Set<Promise<void>>();
  const died = new Map<string, number>();
  let finished = 0;
  let isStopping = false;
  // Racing all that runs would grow with it at each turn.
  let wake = () => {};
  void options.stop.then(() => {
    isStopping = true;
    wake();
  });
  let isOver = false;
  let endRest = () => {};
  let toldOthers = false;
  const isWilling = (offer: Offer) => {
    if (offer.code !== code && !toldOthers) {
      toldOthers = true;
      onWarning(`tasks of carom ${offer.code} are offered, this is ${code}: they are left; install the same version`);
    }
    const { key } = offer.task;
    return (
      offer.code === code &&
      offer.provider === provider &&
      !running.has(key) &&
      clock.now() - (died.get(key) ?? Number.NEGATIVE_INFINITY) > RESPITE
    );
  };
  const compute = async (taken: Taken) => {
    const { task, deaths } = taken.offer;
    held.add(taken);
    let tell: () => Promise<void>;
    try {
      await options.run(task);
      finished++;
      options.onEnd?.(task);
      tell = () => taken.end();
    } catch (error) {
      const isDeath = error instanceof Death && deaths + 1 < MOST_DEATHS;
      if (isDeath) died.set(task.key, clock.now());
      tell = () => (isDeath ? taken.giveBack(true) : taken.end(failureOf(error)));
    }
    held.delete(taken);
    running.delete(task.key);
    // The next task need not wait until the broker knows of this one.
    const told = persist(tell).finally(() => telling.delete(told));
    telling.add(told);
    wake();
  };
  /** A broker that is away for a moment shall know in the end. */
  const persist = async (call: () => Promise<void>) => {
    for (let tries = 0; ; tries++) {
      try {
        return await call();
      } catch (error) {
        if (tries === RENEWALS) return onWarning(`the broker cannot be reached: ${(error as Error).message}`);
        await clock.sleep(PAUSE * 2 ** tries);
      }
    }
  };
  const renewing = (async () => {
    while (!isOver) {
      await broker.attend({ name, pid, places, code }).catch(() => {});
      for (const taken of held) await taken.renew().catch(() => {});
      if (isOver) break;
      await new Promise<void>((resolve) => {
        endRest = resolve;
        void clock.sleep(broker.patience / RENEWALS).then(resolve);
      });
    }
  })();
  let busy = clock.now();
  let away = false;
  let pause = SOON;
  while (!isStopping) {
    const free = places - running.size;
    let taken: readonly Taken[] = [];
    try {
      taken = free > 0 ? await broker.take(free, isWilling) : [];
      away = false;
    } catch (error) {
      if (!away) onWarning(`the broker cannot be reached, trying again: ${(error as Error).message}`);
      away = true;
    }
    for (const each of taken) running.set(each.offer.task.key, compute(each));
    if (running.size > 0) busy = clock.now();
    else if (clock.now() - busy > idle) break;
    pause = taken.length > 0 ? SOON : Math.min(PAUSE, pause * 1.5);
    const isFull = running.size === places;
    // A place that becomes free wants the next task at once; where one is free, one looks again soon.
    if (isFull || taken.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (!isFull) void clock.sleep(pause).then(resolve);
      });
    }
  }
  await Promise.all(running.values());
  await Promise.all(telling);
  isOver = true;
  endRest();
  await broker.leave().catch(() => {});
  await renewing;
  return finished;
}

function failureOf(error: unknown): Failure {
  if (error instanceof MissingInput) return { missing: error.key };
  if (error instanceof InputError) return { inputError: [error.code, error.what, error.detail] };
  return { fault: (error as Error).stack ?? String(error) };
}
