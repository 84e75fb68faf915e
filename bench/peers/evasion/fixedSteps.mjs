// How fast is PGD of 50 gradient steps beside ART, Foolbox and a plain PyTorch loop, and how much memory does it need?
// node fixedSteps.mjs FOLDER_OF_MODELS [rounds]; models by fit.py, Python with the libraries in CAROM_BENCH_PYTHON.
//
// The network 784-200-200-2 on 1,000 points. One core: all on one thread. Two cores: the peers on two threads, ours as
// two processes of half the points each. Sides take turns, so ratios hold on a machine that others use too; "at best"
// is the round of least processor time, which others disturb least.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { conditions, median, printTable } from "../../paired.mjs";
import { startPeer } from "./peer.mjs";

const [folder, rounds = "5"] = process.argv.slice(2);
const [points, steps, epsilon] = [1000, 50, 2];

async function startWorker() {
  const child = spawn(process.execPath, [fileURLToPath(new URL("fixedStepsWorker.mjs", import.meta.url)), folder], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await lines.next()).value);
  await answer();
  return {
    ask(/** @type {object} */ job) {
      child.stdin.write(`${JSON.stringify(job)}\n`);
      return answer();
    },
    close: () => child.stdin.end(),
  };
}

/** Several of our processes, each with an equal part of the points. */
async function ours(/** @type {number} */ cores) {
  const workers = await Promise.all(Array.from({ length: cores }, startWorker));
  return {
    async ask(/** @type {object} */ job) {
      const start = performance.now();
      const share = points / cores;
      const parts = await Promise.all(
        workers.map((worker, i) => worker.ask({ ...job, from: i * share, to: (i + 1) * share })),
      );
      const total = (/** @type {string} */ key) => parts.reduce((sum, part) => sum + part[key], 0);
      return {
        wall: (performance.now() - start) / 1000,
        processor: total("processor"),
        memory: total("memory"),
        objective: total("sum") / points,
        error: total("errors") / points,
        gradients: total("gradients") / points,
        scores: total("scores") / points,
      };
    },
    close() {
      for (const worker of workers) worker.close();
    },
  };
}

let announced = false;
for (const cores of [1, 2]) {
  const peers = ["plain", "foolbox", "art"];
  const sides = [await ours(cores)];
  for (const tool of peers) sides.push(await startPeer("fixed_steps.py", [folder, tool, String(cores)], cores));
  if (!announced) console.log(conditions(sides[1].versions));
  announced = true;
  const job = { points, steps, epsilon };
  for (const side of sides) await side.ask(job);
  const turns = [];
  for (let round = 0; round < Number(rounds); round++) {
    const turn = [];
    for (let i = 0; i < sides.length; i++) {
      const which = (i + round) % sides.length;
      turn[which] = await sides[which].ask(job);
    }
    turns.push(turn);
  }
  console.log(
    `\n${cores === 1 ? "One core" : "Two cores"}: ${points} points, ${steps} steps, epsilon ${epsilon}, medians ` +
      `of ${rounds} rounds`,
  );
  printTable(
    [
      "tool",
      "pts/s wall",
      "pts/s CPU",
      "at best",
      "ours faster, wall",
      "ours faster, CPU",
      "memory MB",
      "objective",
      "error",
      "gradients/pt",
      "scores/pt",
    ],
    ["ours", ...peers].map((name, i) => {
      const of = (/** @type {string} */ key) => median(turns.map((turn) => turn[i][key]));
      const ratio = (/** @type {string} */ key) => median(turns.map((turn) => turn[i][key] / turn[0][key]));
      return [
        name,
        (points / of("wall")).toFixed(0),
        (points / of("processor")).toFixed(0),
        (points / Math.min(...turns.map((turn) => turn[i].processor))).toFixed(0),
        ratio("wall").toFixed(2),
        ratio("processor").toFixed(2),
        of("memory").toFixed(0),
        of("objective").toFixed(3),
        of("error").toFixed(3),
        of("gradients").toFixed(0),
        of("scores").toFixed(0),
      ];
    }),
  );
  for (const side of sides) side.close();
}
