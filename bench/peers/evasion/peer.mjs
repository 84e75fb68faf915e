// A Python process of this folder that answers one line of JSON with another.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Starts a script; its first line is its versions. The interpreter is CAROM_BENCH_PYTHON. */
export async function startPeer(/** @type {string} */ script, /** @type {readonly string[]} */ args, threads = 1) {
  const python = process.env.CAROM_BENCH_PYTHON ?? "python3";
  const child = spawn(python, [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    // With BLAS and OpenMP at two threads each, four threads would spin on two cores.
    env: { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    for (;;) {
      const { done, value } = await lines.next();
      if (done) throw new Error(`${script} ended`);
      // Libraries may print greetings of their own.
      if (value.startsWith("{")) return JSON.parse(value);
    }
  };
  return {
    versions: (await answer()).versions,
    ask(/** @type {object} */ job) {
      child.stdin.write(`${JSON.stringify(job)}\n`);
      return answer();
    },
    close: () => child.stdin.end(),
  };
}
