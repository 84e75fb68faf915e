// Times two sides in turn, round by round, so that both see the same load of the machine; prints medians of ratios.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

/**
 * Starts a peer script that answers the protocol of `peers/worker.py`.
 *
 * @param {string} script name in bench/peers
 * @param {number} threads
 */
export async function startPeer(script, threads) {
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...environment } = process.env;
  // With BLAS and OpenMP at two threads each, four threads would spin on two cores.
  const child = spawn(
    process.env.CAROM_BENCH_PYTHON ?? "/usr/bin/python3",
    [fileURLToPath(new URL(`peers/${script}`, import.meta.url))],
    {
      env: {
        ...environment,
        CAROM_BENCH_THREADS: String(threads),
        OMP_NUM_THREADS: String(threads),
        OPENBLAS_NUM_THREADS: "1",
      },
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { done, value } = await lines.next();
    if (done) throw new Error(`${script} ended`);
    return JSON.parse(value);
  };
  const { versions } = await answer();
  return {
    versions,
    /** Times of each of `repeats` calls of a job. @returns {Promise<Times>} */
    async time(/** @type {string} */ job, /** @type {number} */ repeats) {
      child.stdin.write(`${JSON.stringify({ job, repeats })}\n`);
      return await answer();
    },
    close: () => child.stdin.end(),
  };
}

/**
 * Seconds of each call: by the clock, and of processor time, which other processes disturb less.
 *
 * @typedef {{ wall: number[], cpu: number[] }} Times
 */

/**
 * Times of each of `repeats` calls.
 *
 * @param {() => Promise<unknown>} call
 * @param {number} repeats
 * @returns {Promise<Times>}
 */
export async function timeCalls(call, repeats) {
  /** @type {Times} */
  const times = { wall: [], cpu: [] };
  for (let i = 0; i < repeats; i++) {
    const lap = startLap();
    await call();
    lap(times);
  }
  return times;
}

/** Starts both clocks; the function returned adds what they show to a list. */
export function startLap() {
  const start = performance.now();
  const before = process.cpuUsage();
  return (/** @type {Times} */ times) => {
    const { user, system } = process.cpuUsage(before);
    times.wall.push((performance.now() - start) / 1000);
    times.cpu.push((user + system) / 1e6);
  };
}

/** The numbers of threads to measure with: the first argument, such as 1 or 1,2. */
export const threadCounts = (process.argv[2] ?? "1,2").split(",").map(Number);

/**
 * Lets all sides take turns and returns for each the median over rounds of its median time, and the medians over rounds
 * of its time as a multiple of the first side's, by the clock and by the processor's time.
 *
 * @param {readonly ((repeats: number) => Promise<Times>)[]} sides
 * @param {{ rounds?: number, secondsPerTurn?: number }} [options]
 */
export async function interleave(
  sides,
  { rounds = Number(process.env.CAROM_BENCH_ROUNDS ?? 15), secondsPerTurn = 0.15 } = {},
) {
  /** @type {number[]} */
  const repeats = [];
  // The first call of a turn finds cold caches and sleeping threads, which matters to short calls only.
  /** @type {number[]} */
  const cold = [];
  for (const side of sides) {
    const [first] = (await side(1)).wall;
    const seconds = first > 2 ? first : median((await side(3)).wall.slice(1));
    repeats.push(Math.max(1, Math.min(200, Math.round(secondsPerTurn / seconds))));
    cold.push(seconds > 2 ? 0 : 1);
  }
  const times = sides.map(() => ({ wall: /** @type {number[]} */ ([]), cpu: /** @type {number[]} */ ([]) }));
  for (let round = 0; round < rounds; round++) {
    const order = sides.map((_, i) => (i + round) % sides.length);
    for (const i of order) {
      const { wall, cpu } = await sides[i](repeats[i] + cold[i]);
      times[i].wall.push(median(wall.slice(cold[i])));
      times[i].cpu.push(median(cpu.slice(cold[i])));
    }
  }
  const multiple = (/** @type {number[]} */ own, /** @type {number[]} */ first) =>
    median(own.map((time, round) => time / first[round]));
  return times.map(({ wall, cpu }) => ({
    seconds: median(wall),
    wall: multiple(wall, times[0].wall),
    cpu: multiple(cpu, times[0].cpu),
  }));
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** One line: on what, and with which versions, was measured. */
export function conditions(/** @type {Record<string, string>} */ versions) {
  const ort = JSON.parse(readFileSync(require.resolve("onnxruntime-node/package.json"), "utf8")).version;
  const all = { Node: process.versions.node, "ONNX Runtime": ort, ...versions };
  const cores = cpus();
  const named = Object.entries(all).map(([name, version]) => `${name} ${version}`);
  return `${cores.length} cores of ${cores[0].model.trim()}; ${named.join(", ")}; peer with OPENBLAS_NUM_THREADS=1`;
}

/**
 * Prints rows under a heading, columns aligned.
 * @param {readonly string[]} heading
 * @param {readonly (readonly string[])[]} rows
 */
export function printTable(heading, rows) {
  const all = [heading, ...rows];
  const widths = heading.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  const line = (/** @type {readonly string[]} */ row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
  for (const row of all) console.log(line(row));
}
