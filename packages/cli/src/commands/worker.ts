// carom worker: computes what commands on this or other machines offer, through the store that all of them see.

import { hostname } from "node:os";
import { codeName, serve } from "@carom/core/study";
import type { Command } from "commander";
import { clock, LEASES, openBroker } from "../host/cluster/openBroker.ts";
import { drainAtSignals } from "../host/draining.ts";
import { startPool } from "../host/pool.ts";
import { openDevice } from "../host/runtime.ts";
import { prepareStore, storePlace } from "../host/store.ts";
import { noteTime } from "../host/times.ts";
import { defaultWorkers } from "../host/workerProcess.ts";
import { print, tell } from "../terminal/print.ts";
import { type ClusterOptions, withClusterOptions } from "../ui/clusterOptions.ts";
import { type DeviceOptions, withDeviceOption } from "../ui/deviceOption.ts";
import { parseDuration } from "../ui/duration.ts";
import { parseWorkers } from "../ui/options.ts";

interface WorkerOptions extends ClusterOptions, DeviceOptions {
  readonly workers?: number;
  readonly for?: number;
  readonly idle?: number;
  readonly quiet?: boolean;
}

/** Seconds that a timer can wait. */
const LONGEST_S = 2_000_000;

/** `carom worker`. */
export function workerCommand(command: Command): Command {
  command
    .option("--workers <count>", "processes that compute; one per core where absent", parseWorkers)
    .option("--for <time>", "take no more tasks after so long, such as 2h", parseDuration("--for"))
    .option("--idle <time>", "end when there was nothing to do for so long, such as 5m", parseDuration("--idle"))
    .option("--quiet", "no line for each finished task")
    .action(run);
  return withDeviceOption(withClusterOptions(command));
}

async function run(options: WorkerOptions): Promise<void> {
  const { broker = LEASES, workers = defaultWorkers(), device, quiet = false } = options;
  const place = storePlace();
  const { folder, bucket } = place;
  const refusal = await prepareStore(folder);
  if (refusal) throw refusal;
  const { provider } = (await openDevice(device)).identity;
  const pool = startPool({
    ...{ place, count: workers, provider, retries: 0, onWarning: tell },
    onTime: (task, { processor }) => void noteTime(folder, task, processor, provider),
  });
  const open = await openBroker(broker, place);
  const stop = new Promise<void>((resolve) => {
    drainAtSignals(() => {
      tell("what is running is finished, nothing more is taken; ask again to end at once");
      resolve();
    });
    // Longer than a timer can wait is for ever.
    if (options.for !== undefined && options.for < LONGEST_S) setTimeout(resolve, 1000 * options.for).unref();
  });
  tell(
    `${workers} ${workers === 1 ? "process" : "processes"} of carom ${codeName()} for the store ${bucket ?? folder}`,
  );
  try {
    const finished = await serve(open, {
      ...{ name: hostname(), pid: process.pid, places: workers, provider, clock },
      run: (task) => pool.run(task, () => {}),
      stop,
      idle: 1000 * (options.idle ?? Number.POSITIVE_INFINITY),
      onWarning: tell,
      onEnd: (task) => quiet || tell(`done: ${task.label}`),
    });
    print(`${finished} ${finished === 1 ? "task" : "tasks"} finished\n`);
  } finally {
    pool.close();
    await open.close();
  }
}
