// Our side of a benchmark as processes that are started as those of the command's tasks are: one per core, each with an
// equal part of the rows and one thread.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { workerOptions } from "../packages/cli/dist/host/workerProcess.js";

/** @typedef {{ wall: number[], cpu: number[] }} Times */

/**
 * Starts a script of this folder so many times; it answers with `answering`.
 *
 * @param {string} script
 * @param {number} processes
 */
export function startWorkers(script, processes) {
  const { execArgv, env } = workerOptions("cpu");
  const children = Array.from({ length: processes }, (_, place) =>
    fork(fileURLToPath(new URL(script, import.meta.url)), [String(place), String(processes)], {
      execArgv,
      env: { ...env, ...process.env },
    }),
  );
  for (const child of children) {
    child.once("exit", (code) => {
      if (code) throw new Error(`${script} ended with ${code}`);
    });
  }
  return {
    /**
     * Times of each of `repeats` calls: all processes take theirs side by side, the slowest of the first call is its
     * time by the clock, and so on.
     *
     * @returns {Promise<Times>}
     */
    async time(/** @type {string} */ job, /** @type {number} */ repeats) {
      const parts = await Promise.all(
        children.map(
          (child) =>
            /** @type {Promise<Times>} */ (
              new Promise((resolve) => {
                child.once("message", (times) => resolve(/** @type {Times} */ (times)));
                child.send({ job, repeats });
              })
            ),
        ),
      );
      return {
        wall: parts[0].wall.map((_, call) => Math.max(...parts.map(({ wall }) => wall[call]))),
        cpu: parts[0].cpu.map((_, call) => parts.reduce((sum, { cpu }) => sum + cpu[call], 0)),
      };
    },
    close() {
      for (const child of children) child.disconnect();
    },
  };
}

/**
 * In such a process: answers with the times of calls, prepared for its part of the rows when first asked for.
 *
 * @param {(job: string, share: { place: number, processes: number }) => Promise<(repeats: number) => Promise<Times>>}
 *   prepare
 */
export function answering(prepare) {
  const [place, processes] = process.argv.slice(2).map(Number);
  /** @type {Map<string, ReturnType<typeof prepare>>} */
  const prepared = new Map();
  process.on("message", async (/** @type {{ job: string, repeats: number }} */ { job, repeats }) => {
    if (!prepared.has(job)) prepared.set(job, prepare(job, { place, processes }));
    const time = await prepared.get(job);
    process.send?.(await time?.(repeats));
  });
}
