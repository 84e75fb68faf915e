// How long do the convex learners and the forest take on MNIST 8/9, and how much memory, beside scikit-learn's?
//
//   npm run build && node bench/peers/learners/table.mjs DATA [PYTHON] [LEARNER] [N,N,...] [THREADS,...] [REPEATS]
//
// prints a table in Markdown. DATA has mnist/mnist89-train-*.gz; PYTHON has scikit-learn (1.2.1 here); LEARNER is a
// part of a learner's name, or "all". The same objective at the tolerance the peer has by default; the peer runs in a
// process of its own and takes turns with ours, fit by fit; medians of the repeats (3) after one to warm up. THREADS
// are the peer's: ours computes on one, as everywhere in Carom. Memory is the peak of the resident set over what it was
// with the data loaded, each learner in fresh processes.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { dataset, learnerByName, runtimeFrom, takeRows, fit as train } from "@carom/core";
import { gunzip, readIdx } from "@carom/core/data";
import * as ort from "onnxruntime-node";
import { median } from "../../paired.mjs";

/** Learner, options, the ratio aimed at, and why a row may miss it. Options of ours; the peer maps the same names. */
const fits = [
  ["svm-linear", { C: 100, tolerance: 1e-3 }, 1.5],
  ["svm-linear", { C: 0.01, tolerance: 1e-3 }, 1.5],
  ["svm-rbf", { C: 100, gamma: 0.01, tolerance: 1e-3 }, 1.5],
  ["svm-rbf", { C: 1, gamma: 0.01, tolerance: 1e-3 }, 1.5],
  ["logistic", { C: 10 }, 1],
  ["logistic", { C: 1 }, 1],
  [
    "logistic",
    { C: 0.01 },
    1,
    "so strongly regularised that L-BFGS ends after 30 steps; ours spends as much on reading the rows and the " +
      "first factor of the Hessian",
  ],
  ...[1, 10, 100].map((alpha) => [
    "ridge",
    { alpha },
    1,
    "half the time is the Gram matrix by the runtime, which has no symmetric product; a quarter, in plain " +
      "loops, compresses the rows",
  ]),
  ...[
    [100, null],
    [100, 6],
    [30, null],
    [30, 8],
  ].map(([trees, depth]) => [
    "forest",
    { trees, depth },
    1.5,
    "the sums of each split are scalar loops, within a few percent of what the compiler of JavaScript gives",
  ]),
];
const oneThread = "ours computes on one thread, so that results do not depend on their number; the peer uses both";

const [folder, python = "python3", only = "all", sizes = "1000,3000,5900,11800", threadCounts = "1,2", repeats = "3"] =
  process.argv.slice(2);
const serving = process.env.CAROM_BENCH_SERVE;

/** Answers each line `learner options n` on standard input with a timing. */
async function serve() {
  const read = (/** @type {string} */ name) =>
    readIdx(gunzip(readFileSync(`${folder}/mnist/mnist89-train-${name}-ubyte.gz`)));
  const all = dataset({ features: read("images-idx3"), labels: Array.from(read("labels-idx1").data, Number) });
  const runtime = runtimeFrom(ort);
  const memory = process.memoryUsage().rss / 2 ** 20;
  for await (const line of createInterface({ input: process.stdin })) {
    const { learner, options, n } = JSON.parse(line);
    const data = takeRows(
      all,
      Int32Array.from({ length: n }, (_, i) => i),
    );
    if (learner === "logistic") options.tolerance = peerTolerance(data);
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const { training } = await train(learnerByName(learner), data, { runtime, seed: 0, stream: "bench", options });
    const wall = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const peak = process.resourceUsage().maxRSS / 1024;
    console.log(JSON.stringify({ wall, cpu: (user + system) / 1e6, objective: training.objective, memory, peak }));
  }
}

/**
 * scikit-learn stops where no component of the gradient of the summed losses is above 1e-4; ours where the gradient's
 * norm has fallen by this factor since w = 0, b = 0. This factor asks for at least as much.
 */
function peerTolerance(/** @type {any} */ { features, labels }) {
  const columns = features.data.length / labels.length;
  const gradient = new Float64Array(columns + 1);
  for (let i = 0; i < labels.length; i++) {
    const half = labels[i] === 1 ? -0.5 : 0.5;
    for (let j = 0; j < columns; j++) gradient[j] += half * features.data[i * columns + j];
    gradient[columns] += half;
  }
  return 1e-4 / Math.hypot(...gradient);
}

/** A process that answers requests one after the other. */
function worker(/** @type {string} */ command, /** @type {string[]} */ args, /** @type {string} */ threads) {
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      ...process.env,
      CAROM_BENCH_SERVE: "yes",
      OPENBLAS_NUM_THREADS: threads,
      OMP_NUM_THREADS: threads,
    },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(/** @type {object} */ request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return JSON.parse((await lines.next()).value);
    },
    end: () => child.stdin.end(),
  };
}

async function compare() {
  const peerScript = fileURLToPath(new URL("./table.py", import.meta.url));
  console.log(
    "| learner | options | n | threads | ours, s | peer, s | ratio | by processor time | objective, ours / peer " +
      "- 1 | memory, MB: ours, peer | misses |",
  );
  console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
  for (const threads of threadCounts.split(",")) {
    for (const [learner, options, target, reason = ""] of fits) {
      if (only !== "all" && !learner.includes(only)) continue;
      for (const n of sizes.split(",").map(Number)) {
        const ours = worker(process.execPath, [process.argv[1], folder], threads);
        const peer = worker(python, [peerScript, folder], threads);
        const timings = [[], []];
        for (let repeat = 0; repeat <= Number(repeats); repeat++) {
          timings[0].push(await ours.ask({ learner, options, n }));
          timings[1].push(await peer.ask({ learner, options, n }));
        }
        ours.end();
        peer.end();
        const [a, b] = timings.map((each) => each[each.length - 1]);
        const of = (/** @type {"wall" | "cpu"} */ clock) =>
          timings.map((each) => median(each.slice(1).map((timing) => timing[clock])));
        const [wall, cpu] = [of("wall"), of("cpu")];
        const ratio = wall[1] / wall[0];
        const miss =
          threads === "2" && cpu[1] > 1.2 * wall[1] ? [reason, oneThread].filter(Boolean).join("; ") : reason;
        const cells = [
          learner,
          JSON.stringify(options).replace(/["{}]/g, "").replaceAll(",", ", ").replaceAll(":", " "),
          n,
          threads,
          wall[0].toFixed(3),
          wall[1].toFixed(3),
          ratio.toFixed(2),
          (cpu[1] / cpu[0]).toFixed(2),
          a.objective === undefined ? "" : (a.objective / b.objective - 1).toExponential(1),
          `${(a.peak - a.memory).toFixed(0)}, ${(b.peak - b.memory).toFixed(0)}`,
          ratio < target ? `aim ${target}: ${miss || "fixed costs of a fit at this size"}` : "",
        ];
        console.log(`| ${cells.join(" | ")} |`);
      }
    }
  }
}

if (serving) await serve();
else await compare();
