// The scheduler alone, at sizes that nobody has: how long it takes and what memory it holds.
//   node --expose-gc bench/cluster/simulate.mjs [tasks = 1000000] [machines = 1000]
//
// The broker is a list in memory and the store a set of keys; time passes as fast as what waits for it is done. A task
// takes one simulated minute. What the plan itself holds is told apart from what is held for computing it.

import { loadavg } from "node:os";
import { virtualClock } from "../../packages/core/dist/study/cluster/virtualClock.js";
import { brokered, codeName, execute, serve } from "../../packages/core/dist/study/index.js";
import { layered } from "./layered.mjs";

const [count = "1000000", machines = "1000"] = process.argv.slice(2);
const WIDTH = 2000;
const time = virtualClock();
const code = codeName();
const quick = { provider: /** @type {const} */ ("cpu"), clock: time, onWarning: () => {} };
/** @type {Map<string, import("../../packages/core/dist/study/index.js").Offer>} */
const waiting = new Map();
const [taken, written] = [new Set(), new Set()];
const hosts = Array.from({ length: Number(machines) }, (_, i) => ({ name: `m${i}`, pid: i, places: 1, code }));

/** A store that only knows what was written. */
const store = {
  has: async (/** @type {string} */ key) => written.has(key),
  read: async () => undefined,
  write: async (/** @type {string} */ key) => void written.add(key),
  room: () => Promise.reject(new Error("nothing is computed")),
};

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

const megabytes = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};
const empty = megabytes();
const { wanted, ...plan } = layered(Number(count), WIDTH);
const planned = megabytes();
let held = 0;
let turns = 0;
/** Measures now and then what is held. */
const turn = async () => {
  await new Promise((resolve) => setImmediate(resolve));
  if (turns++ % 100_000 === 10_000) held = Math.max(held, megabytes());
};
let stopNow = () => {};
const stop = new Promise((resolve) => {
  stopNow = () => resolve(undefined);
});
for (const { name, pid, places } of hosts) {
  void serve(broker, {
    ...{ ...quick, name, pid, places, stop, idle: Number.POSITIVE_INFINITY },
    run: async ({ key }) => {
      await time.sleep(60_000);
      await store.write(key);
    },
  });
}
const workers = brokered(broker, store, quick);
const [started, cpu] = [performance.now(), process.cpuUsage()];
await time.runUntil(execute(plan, wanted, store, workers), turn);
stopNow();
const { user, system } = process.cpuUsage(cpu);
const { length } = plan.tasks;
console.log(
  `${length} tasks, ${machines} machines: ${((performance.now() - started) / 1000).toFixed(0)} s ` +
    `(${((user + system) / 1e6).toFixed(0)} s of processor) for ${(time.now() / 60_000).toFixed(0)} simulated minutes, of ` +
    `${(length / Number(machines)).toFixed(0)} at the least; the plan holds ${(planned - empty).toFixed(0)} MB, ` +
    `computing it ${(held - planned).toFixed(0)} MB more; ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB in all; ` +
    `load ${loadavg()[0].toFixed(1)}`,
);
process.exit();

/** @template K, V @param {Map<K, V>} map @param {number} most */
function* first(map, most) {
  let found = 0;
  for (const entry of map) {
    if (found++ === most) return;
    yield entry;
  }
}
