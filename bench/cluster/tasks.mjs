// What tasks cost that are handed to other machines: empty ones, through a broker and a store.
//   node bench/cluster/tasks.mjs [tasks = 10000] [broker = leases, or redis://host:port] [store = a new folder,
//   or s3://...]
//
// A coordinator, and two machines of 8 places, each a process of its own; a task writes one small artifact. Redis and
// buckets need their packages in the folder that it is started in.

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { clock, openBroker } from "../../packages/cli/dist/host/cluster/openBroker.js";
import { openStore } from "../../packages/cli/dist/host/openStore.js";
import { brokered, execute, serve } from "../../packages/core/dist/study/index.js";
import { layered } from "./layered.mjs";

const [count = "10000", address = "leases", place, machine] = process.argv.slice(2);
const [MACHINES, PLACES, WIDTH] = [2, 8, 500];
const quick = { provider: /** @type {const} */ ("cpu"), clock, onWarning: () => {} };
const processor = (/** @type {NodeJS.CpuUsage} */ { user, system }) => (user + system) / 1e3;

if (machine === undefined) await coordinate();
else await work();

async function coordinate() {
  const isBucket = place?.startsWith("s3://");
  const folder = mkdtempSync(join(tmpdir(), "carom-cluster-"));
  const at = { folder, ...(isBucket && { bucket: place }) };
  const store = await openStore(at);
  const machines = Array.from({ length: MACHINES }, (_, i) => {
    // Machines that share a bucket have folders of their own.
    const own = isBucket ? join(folder, `machine-${i}`) : folder;
    return fork(fileURLToPath(import.meta.url), [count, address, place ?? "", own]);
  });
  await Promise.all(machines.map((each) => once(each, "message")));
  const { wanted, ...plan } = layered(Number(count), WIDTH);
  const workers = brokered(await openBroker(address, at), store, quick);
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await execute(plan, wanted, store, workers);
  const seconds = (performance.now() - started) / 1000;
  const here = processor(process.cpuUsage(cpu));
  const used = machines.map(async (each) => {
    each.send("stop");
    const [message] = await once(each, "message");
    return /** @type {number} */ (message);
  });
  const there = (await Promise.all(used)).reduce((sum, each) => sum + each, 0);
  await workers.close();
  rmSync(folder, { recursive: true });
  const { length } = plan.tasks;
  const each = (/** @type {number} */ milliseconds) => (milliseconds / length).toFixed(2);
  console.log(
    `${length} tasks, ${address}, ${place ?? "a folder"}: ${seconds.toFixed(1)} s, ${(length / seconds).toFixed(0)} a ` +
      `second, ${each(1000 * seconds)} ms each (processor: ${each(here)} ms to coordinate, ${each(there)} ms to ` +
      `compute); load ${loadavg()[0].toFixed(1)}`,
  );
}

async function work() {
  const at = { folder: machine, ...(place?.startsWith("s3://") && { bucket: place }) };
  const [store, broker] = [await openStore(at), await openBroker(address, at)];
  const cpu = process.cpuUsage();
  const stop = once(process, "message");
  process.send?.("ready");
  await serve(broker, {
    ...{ ...quick, name: `process ${process.pid}`, pid: process.pid, places: PLACES, stop },
    idle: Number.POSITIVE_INFINITY,
    run: ({ key }) => store.write(key, { json: 1, arrays: {} }),
  });
  process.send?.(processor(process.cpuUsage(cpu)));
  await broker.close();
  process.disconnect();
}
