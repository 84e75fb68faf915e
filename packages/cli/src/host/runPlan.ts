// Executes a plan in worker processes on the store on disk.

import {
  brokered,
  execute,
  inProcess,
  type Plan,
  placedStore,
  type Ref,
  runTask,
  type Services,
  type Workers,
} from "@carom/core/study";
import { tell } from "../terminal/print.ts";
import { startProgress } from "../terminal/progress.ts";
import { clock, openBroker } from "./cluster/openBroker.ts";
import { otherMakers, type StoreWithMakers, withMakers } from "./makers.ts";
import { openStore } from "./openStore.ts";
import { startPool } from "./pool.ts";
import { freeBytes, plannedBytes, requireRoomOnDisk } from "./room.ts";
import { type Device, openDevice } from "./runtime.ts";
import { prepareStore, storePlace } from "./store.ts";
import { noteTime, withMeasuredTimes } from "./times.ts";
import { endAhead } from "./workerProcess.ts";

export interface RunOptions {
  readonly workers: number;
  readonly quiet: boolean;
  /** Where models are computed; the processor where absent. */
  readonly device?: Device | undefined;
  /** What hands the tasks to other processes; this one has them computed where absent. */
  readonly broker?: string | undefined;
  /** Models that can only be asked: in this process and no other, so that queries are counted. */
  readonly services?: Services | undefined;
}

/** Of larger rows, points that were crafted, this process reads few, if any. */
const HELD_BYTES = 2 ** 16;

/**
 * Makes sure that the wanted artifacts of a plan are in the store, and returns that store: what is read from it and is
 * there no more, such as a damaged part of what was computed, is computed again.
 */
export async function runPlan(
  plan: Plan,
  wanted: readonly Ref<unknown>[],
  { workers, quiet, device, broker, services }: RunOptions,
): Promise<StoreWithMakers> {
  const place = storePlace();
  const { folder } = place;
  const refusal = await prepareStore(folder);
  const runtime = await openDevice(device);
  const { provider } = runtime.identity;
  const onDamage = (path: string) => tell(`damaged artifact ${path} removed, it is computed again`);
  const onDisk = await openStore(place, onDamage, HELD_BYTES);
  const store = withMakers(placedStore(onDisk, provider));
  if (refusal && !(await Promise.all(wanted.map(({ key }) => store.has(key)))).every(Boolean)) throw refusal;
  requireRoomOnDisk(folder, await plannedBytes(plan, store), workers, await freeBytes(folder));
  const estimated = new Map(plan.tasks.map((task) => [task.key, task]));
  const pool = () =>
    startPool({
      place,
      count: workers,
      provider,
      onWarning: tell,
      onTime: ({ key }, { processor }) => void noteTime(folder, estimated.get(key)!, processor, provider),
    });
  // One task alone would only wait for another process to start.
  const local = () => (plan.tasks.length === 1 ? { ...inProcess(store, runtime, services), close() {} } : pool());
  const measured = await withMeasuredTimes(plan, folder, provider);
  const compute = async (keys: readonly Pick<Ref<unknown>, "key">[]) => {
    const progress = startProgress(quiet);
    const places: Workers & { close(): void | Promise<void> } =
      broker === undefined
        ? local()
        : brokered(await openBroker(broker, place), store, { provider, clock, onWarning: tell });
    const workersAndHere: Workers = {
      get count() {
        return places.count;
      },
      goesOn: places.goesOn === true,
      prepare: (busy) => places.prepare?.(busy),
      run: (task, onProgress) =>
        task.asks ? runTask(task, store, runtime, onProgress, services) : places.run(task, onProgress),
    };
    try {
      await execute(measured, keys, store, workersAndHere, ({ label, done, seconds, tasksDone, tasks }) =>
        progress.update(`${label} (${tasksDone} of ${tasks})`, done, seconds),
      );
    } finally {
      progress.end();
      await places.close();
      endAhead();
    }
  };
  await compute(wanted);
  const others = otherMakers(store.makers(), runtime.identity);
  if (others) tell(others);
  // A service that is not at hand any more cannot be asked again.
  const isComputable = services !== undefined || !plan.tasks.some(({ asks }) => asks);
  let last: Promise<unknown> = Promise.resolve();
  const readAgain = (key: string) => {
    const read = async () => {
      await compute([{ key }]);
      return store.read(key);
    };
    // One after another, so that what several look for is computed once.
    const found = last.then(read, read);
    last = found;
    return found;
  };
  return {
    ...store,
    // What was given is at hand: large data are not read a second time.
    read: async (key) =>
      plan.sources.get(key) ?? (await store.read(key)) ?? (isComputable ? await readAgain(key) : undefined),
  };
}
