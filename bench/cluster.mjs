// What several machines cost: empty tasks through a broker and a store, and the scheduler alone at sizes that nobody
// has.
//   node bench/cluster.mjs empty [tasks = 10000] [broker = leases, or redis://host:port] [store = a new folder, or
//   s3://...] node bench/cluster.mjs simulate [tasks = 1000000] [machines = 1000]
//
// The first runs a coordinator and two machines of 8 places in this process; a task writes one small artifact. Redis
// and buckets need their packages in the folder that it is started in. The second has no broker but a list in memory,
// and time that passes as fast as what waits for it is done; a task takes one simulated minute.

import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore } from "@carom/core";
import { clock, openBroker } from "../packages/cli/dist/host/cluster/openBroker.js";
import { openStore } from "../packages/cli/dist/host/openStore.js";
import { virtualClock } from "../packages/core/dist/study/cluster/virtualClock.js";
import { brokered, codeName, execute, serve } from "../packages/core/dist/study/index.js";

const [what = "empty", ...given] = process.argv.slice(2);
const silent = { onWarning: () => {} };
const quick = { provider: /** @type {const} */ ("cpu"), ...silent };

/** Layers of tasks, each of which needs two of the layer before. @param {number} count @param {number} width */
function layered(count, width) {
  const keyOf = (/** @type {number} */ i) => i.toString(16).padStart(64, "0");
  const tasks = Array.from({ length: count }, (_, i) => {
    const [layer, at] = [Math.floor(i / width), i % width];
    const needed = layer === 0 ? [] : [at, (at + 1) % width].map((each) => (layer - 1) * width + each);
    const inputs = Object.fromEntries(needed.map((each, j) => [String(j), keyOf(each)]));
    return {
      key: keyOf(i),
      kind: "split",
      parameters: {},
      given: {},
      inputs,
      label: `task ${i}`,
      seconds: 1,
      bytes: 100,
    };
  });
  const last = {
    ...tasks[0],
    key: keyOf(count),
    inputs: Object.fromEntries(tasks.slice(-width).map(({ key }, j) => [j, key])),
  };
  return { tasks: [...tasks, last], sources: new Map() };
}

const wantedOf = (/** @type {ReturnType<typeof layered>} */ plan) => [{ key: plan.tasks.at(-1).key }];

if (what === "empty") {
  const [count = "10000", address = "leases", place] = given;
  const folder = mkdtempSync(join(tmpdir(), "carom-cluster-"));
  const at = { folder, ...(place?.startsWith("s3://") && { bucket: place }) };
  const store = await openStore(at);
  const plan = layered(Number(count), 500);
  let stopNow = () => {};
  const stop = new Promise((resolve) => {
    stopNow = () => resolve(undefined);
  });
  const machines = [1, 2].map(async (i) => {
    const broker = await openBroker(address, at);
    await serve(broker, {
      ...{ ...quick, name: `m${i}`, pid: i, places: 8, clock, idle: Number.POSITIVE_INFINITY },
      stop,
      run: ({ key }) => store.write(key, { json: 1, arrays: {} }),
    });
    await broker.close();
  });
  const workers = brokered(await openBroker(address, at), store, { ...quick, clock });
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await execute(plan, wantedOf(plan), store, workers);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  stopNow();
  await Promise.all(machines);
  await workers.close();
  rmSync(folder, { recursive: true });
  const each = (1000 * seconds) / plan.tasks.length;
  console.log(
    `${plan.tasks.length} tasks, ${address}, ${place ?? "a folder"}: ${seconds.toFixed(1)} s, ` +
      `${(plan.tasks.length / seconds).toFixed(0)} a second, ${each.toFixed(2)} ms each ` +
      `(${((user + system) / 1e3 / plan.tasks.length).toFixed(2)} ms of processor); load ${loadavg()[0].toFixed(1)}`,
  );
} else {
  const [count = "1000000", machines = "1000"] = given;
  const time = virtualClock();
  const store = memoryStore();
  const code = codeName();
  /** @type {Map<string, import("../packages/core/dist/study/index.js").Offer>} */
  const waiting = new Map();
  const taken = new Set();
  const hosts = Array.from({ length: Number(machines) }, (_, i) => ({ name: `m${i}`, pid: i, places: 1, code }));
  /** A broker that is a list. */
  const broker = {
    patience: 60_000,
    offer: async (/** @type {any} */ offer) => void (taken.has(offer.task.key) || waiting.set(offer.task.key, offer)),
    withdraw: async () => {},
    offered: async () => new Set([...waiting.keys(), ...taken]),
    failureOf: async () => undefined,
    take: async (/** @type {number} */ most) =>
      [...first(waiting, most)].map(([key, offer]) => {
        waiting.delete(key);
        taken.add(key);
        return { offer, renew: async () => {}, end: async () => void taken.delete(key), giveBack: async () => {} };
      }),
    attend: async () => {},
    leave: async () => {},
    status: async () => ({ hosts, offered: waiting.size + taken.size, taken: taken.size, failed: 0 }),
    close: async () => {},
  };
  let stopNow = () => {};
  const stop = new Promise((resolve) => {
    stopNow = () => resolve(undefined);
  });
  for (const { name, pid, places } of hosts) {
    void serve(broker, {
      ...{ ...quick, name, pid, places, clock: time, idle: Number.POSITIVE_INFINITY },
      stop,
      run: async ({ key }) => {
        await time.sleep(60_000);
        await store.write(key, { json: 1, arrays: {} });
      },
    });
  }
  const plan = layered(Number(count), 2000);
  const workers = brokered(broker, store, { ...quick, clock: time });
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await time.runUntil(execute(plan, wantedOf(plan), store, workers), /** @type {() => Promise<void>} */ (turn));
  stopNow();
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${plan.tasks.length} tasks, ${machines} machines: ${((performance.now() - started) / 1000).toFixed(0)} s ` +
      `(${((user + system) / 1e6).toFixed(0)} s of processor) for ${(time.now() / 60_000).toFixed(0)} simulated ` +
      `minutes, of ${(plan.tasks.length / Number(machines)).toFixed(0)} at the least; ` +
      `${(process.memoryUsage().rss / 1e6).toFixed(0)} MB; load ${loadavg()[0].toFixed(1)}`,
  );
  process.exit();
}

/** @template K, V @param {Map<K, V>} map @param {number} most */
function* first(map, most) {
  let count = 0;
  for (const entry of map) {
    if (count++ === most) return;
    yield entry;
  }
}
