// What a second host brings: a study on one host of one core, and on two of one core each, that share a folder and hand
// tasks out by leases. Rounds alternate; the command runs on the first core, beside the first worker. (Linux, taskset)
//   node bench/cluster/cores.mjs [rounds = 3] [repetitions = 6]
//
// On a busy machine the times say nothing: the load is printed beside each.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { models } from "./models.mjs";

const [rounds = 3, repetitions = 6] = process.argv.slice(2).map(Number);
const main = fileURLToPath(new URL("../../packages/cli/bin/carom.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "carom-cores-"));
const file = join(folder, "cores.yaml");
writeFileSync(
  file,
  `name: cores
repetitions: ${repetitions}
data: {train: digits}
split: {target: 0.36, surrogate: 0.36, attacked: 0.28}
surrogates:${models}
targets:${models}
attack: {norm: l2, epsilons: [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4]}
`,
);

/** Starts the command on a core. @param {number} core @param {readonly string[]} args */
const on = (core, ...args) =>
  spawn("taskset", ["-c", String(core), process.execPath, main, ...args, "--quiet"], { stdio: "ignore" });

/** The seconds that the study takes on so many hosts, and what it found. @param {number} hosts */
async function study(hosts) {
  const [store, out] = ["store", "out"].map((name) => join(folder, name));
  for (const each of [store, out]) rmSync(each, { recursive: true, force: true });
  const workers = Array.from({ length: hosts }, (_, core) => on(core, "worker", "--workers", "1", "--store", store));
  await after(3000);
  const began = performance.now();
  const [status] = await once(on(0, "study", file, "--store", store, "--broker", "leases", "--out", out), "exit");
  const seconds = (performance.now() - began) / 1000;
  for (const worker of workers) worker.kill("SIGTERM");
  await Promise.all(workers.map((worker) => once(worker, "exit")));
  if (status !== 0) throw new Error(`the study ended with status ${status}`);
  return { seconds, found: readFileSync(join(out, "metrics.json"), "utf8") };
}

const median = (/** @type {number[]} */ values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const times = /** @type {[number[], number[]]} */ ([[], []]);
let reference;
for (let round = 0; round < rounds; round++) {
  for (const hosts of [1, 2]) {
    const { seconds, found } = await study(hosts);
    reference ??= found;
    if (found !== reference) throw new Error("metrics.json is another one");
    times[hosts - 1].push(seconds);
    console.log(`${hosts} of one core: ${seconds.toFixed(1)} s, load ${loadavg()[0].toFixed(1)}`);
  }
}
const [one, two] = times.map(median);
console.log(
  `medians ${one.toFixed(1)} and ${two.toFixed(1)} s: ${(two / one).toFixed(2)}; metrics.json equal throughout`,
);
rmSync(folder, { recursive: true });
