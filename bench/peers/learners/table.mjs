// How long do the convex learners and the forest take on MNIST 8/9, and how much memory, beside scikit-learn's?
//
//   npm run build && node bench/peers/learners/table.mjs DATA [PYTHON] [LEARNER] [N,N,...] [THREADS,...] [REPEATS]
//
// prints a table in Markdown. DATA has mnist/mnist89-train-*.gz; PYTHON has scikit-learn, and scikit-learn-intelex
// where it is to be compared too; LEARNER is a part of a learner's name, or "all". The same objective, logistic
// regression to the same gradient; peers run in processes of their own and take turns with ours, fit by fit: the first
// of a process, and the median of the repeats (3) after it. THREADS are the peers': ours computes on one, as everywhere
// in Carom. Memory is the peak of the resident set over what it was with the data loaded, each in a fresh process.

import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { dataset, learnerByName, runtimeFrom, takeRows, fit as train } from "@carom/core";
import { gunzip, readIdx } from "@carom/core/data";
import * as ort from "onnxruntime-node";
import { median } from "../../paired.mjs";

/** Learner, options, the ratio aimed at, and why a row may miss it. Options of ours; the peers map the same names. */
const fits = [
  ["svm-linear", { C: 100, tolerance: 1e-3 }, 1],
  ["svm-linear", { C: 0.01, tolerance: 1e-3 }, 1],
  ["svm-rbf", { C: 100, gamma: 0.01, tolerance: 1e-3 }, 1],
  ["svm-rbf", { C: 1, gamma: 0.01, tolerance: 1e-3 }, 1],
  ["logistic", { C: 10 }, 1],
  ["logistic", { C: 1 }, 1],
  ["logistic", { C: 0.01 }, 1, "some twenty steps: reading and compressing the rows counts"],
  ...[1, 10, 100].map((alpha) => ["ridge", { alpha }, 1]),
  ...[
    [100, null],
    [100, 6],
    [30, null],
    [30, 8],
  ].map(([trees, depth]) => ["forest", { trees, depth }, 1]),
];

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
  let data = all;
  /** @type {number | undefined} */
  let tolerance;
  console.log("ready");
  for await (const line of createInterface({ input: process.stdin })) {
    const { learner, options, n } = JSON.parse(line);
    // Once, as the peer's rows are a view: what is left over by copies would be collected within the time of fits.
    if (data.labels.length !== n) {
      const rows = Int32Array.from({ length: n }, (_, i) => i);
      data = takeRows(all, rows);
    }
    if (learner === "logistic") options.tolerance = tolerance ??= peerTolerance(data, options.C);
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const { training } = await train(learnerByName(learner), data, { runtime, seed: 0, stream: "bench", options });
    const wall = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const peak = process.resourceUsage().maxRSS / 1024;
    console.log(JSON.stringify({ wall, cpu: (user + system) / 1e6, objective: training.objective, memory, peak }));
  }
}

/**
 * The peers are asked for no component of the gradient of 1/2 ||w||^2 + C sum_i l_i above 1e-4; ours stops where that
 * gradient's norm has fallen by this factor since w = 0, b = 0. This factor asks for at least as much.
 */
function peerTolerance(/** @type {any} */ { features, labels }, /** @type {number} */ C) {
  const columns = features.data.length / labels.length;
  const gradient = new Float64Array(columns + 1);
  for (let i = 0; i < labels.length; i++) {
    const half = labels[i] === 1 ? -0.5 : 0.5;
    for (let j = 0; j < columns; j++) gradient[j] += half * features.data[i * columns + j];
    gradient[columns] += half;
  }
  return 1e-4 / (C * Math.hypot(...gradient));
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
    /** Until its data are read: what starts beside a first fit would take the processor from it. */
    ready: () => lines.next(),
    async ask(/** @type {object} */ request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return JSON.parse((await lines.next()).value);
    },
    end: () => child.stdin.end(),
  };
}

/** The libraries that are here, by the name that table.py has for them. */
function peersHere() {
  const probe = spawnSync(python, ["-c", "import sklearnex"], { stdio: "ignore" });
  return probe.status === 0 ? ["scikit-learn", "intelex"] : ["scikit-learn"];
}

async function compare() {
  const peerScript = fileURLToPath(new URL("./table.py", import.meta.url));
  const peers = peersHere();
  const columns = peers.flatMap((peer) => [
    `${peer}, ms: first, later`,
    "ratio: first, later",
    "by processor time",
    "objective, ours / peer - 1",
  ]);
  const head = ["learner", "options", "n", "threads", "ours, ms: first, later", ...columns, "memory, MB", "misses"];
  console.log(`| ${head.join(" | ")} |`);
  console.log(`|${" --- |".repeat(head.length)}`);
  for (const threads of threadCounts.split(",")) {
    for (const [learner, options, target, reason = ""] of fits) {
      if (only !== "all" && !learner.includes(only)) continue;
      for (const n of sizes.split(",").map(Number)) {
        const sides = [
          worker(process.execPath, [process.argv[1], folder], threads),
          ...peers.map((peer) => worker(python, [peerScript, folder, peer], threads)),
        ];
        for (const side of sides) await side.ready();
        const timings = sides.map(() => []);
        for (let repeat = 0; repeat <= Number(repeats); repeat++) {
          for (const [k, side] of sides.entries()) timings[k].push(await side.ask({ learner, options, n }));
        }
        for (const side of sides) side.end();
        const of = (/** @type {any[]} */ each, /** @type {"wall" | "cpu"} */ clock) => [
          each[0][clock],
          median(each.slice(1).map((timing) => timing[clock])),
        ];
        const both = (/** @type {number[]} */ pair, digits = 0) => pair.map((x) => x.toFixed(digits)).join(", ");
        const [ours, ...others] = timings;
        const end = (/** @type {any[]} */ each) => each[each.length - 1];
        const ratios = others.map((peer) =>
          ["wall", "cpu"].map((clock) => of(peer, clock).map((time, k) => time / of(ours, clock)[k])),
        );
        const ms = (/** @type {number} */ seconds) => 1000 * seconds;
        const objective = end(ours).objective;
        const cells = [
          learner,
          JSON.stringify(options).replace(/["{}]/g, "").replaceAll(",", ", ").replaceAll(":", " "),
          n,
          threads,
          both(of(ours, "wall").map(ms)),
          ...others.flatMap((peer, k) => [
            both(of(peer, "wall").map(ms)),
            both(ratios[k][0], 2),
            both(ratios[k][1], 2),
            objective === undefined ? "" : (objective / end(peer).objective - 1).toExponential(1),
          ]),
          timings.map((each) => (end(each).peak - end(each).memory).toFixed(0)).join(", "),
          ratios.some(([[, later]]) => later < target) ? `aim ${target}${reason && `: ${reason}`}` : "",
        ];
        console.log(`| ${cells.join(" | ")} |`);
      }
    }
  }
}

if (serving) await serve();
else await compare();
