// How long do the convex learners take on MNIST 8/9, and how much memory, beside scikit-learn's?
//
//   npm run build && node bench/peers/learners/convex.mjs DATA [PYTHON] [N,N,...] [LEARNER]
//
// DATA has mnist/mnist89-train-*.gz; PYTHON has scikit-learn (1.2.1 here). The same objective at the tolerance the peer
// has by default; the peer runs in a process of its own and takes turns with ours, fit by fit; medians of three after
// one to warm up. Memory is the peak of the resident set over what it was with the data loaded, each learner in fresh
// processes.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { dataset, gunzip, learnerByName, readIdx, runtimeFrom, takeRows, fit as train } from "@carom/core";
import * as ort from "onnxruntime-node";

/** Options of ours; the peer maps the same names to its own. Tolerance absent: the problem is solved exactly. */
const fits = [
  ["svm-linear", { C: 100, tolerance: 1e-3 }],
  ["svm-linear", { C: 0.01, tolerance: 1e-3 }],
  ["svm-rbf", { C: 100, gamma: 0.01, tolerance: 1e-3 }],
  ["svm-rbf", { C: 1, gamma: 0.01, tolerance: 1e-3 }],
  ["logistic", { C: 10 }],
  ["logistic", { C: 1 }],
  ["logistic", { C: 0.01 }],
  ["ridge", { alpha: 1 }],
  ["ridge", { alpha: 10 }],
  ["ridge", { alpha: 100 }],
];
const [folder, python = "python3", sizes = "1000,3000,5900,11800", only = "", role, threads = "1"] =
  process.argv.slice(2);
/** Answers each line `learner options n` on standard input with a timing. */
async function serve() {
  const read = (name) => readIdx(gunzip(readFileSync(`${folder}/mnist/mnist89-train-${name}-ubyte.gz`)));
  const all = dataset({
    features: read("images-idx3"),
    labels: Array.from(read("labels-idx1").data),
  });
  const runtime = runtimeFrom(ort, { threads: Number(threads) });
  const memory = process.memoryUsage().rss / 2 ** 20;
  for await (const line of createInterface({ input: process.stdin })) {
    const { learner, options, n } = JSON.parse(line);
    const data = takeRows(
      all,
      Int32Array.from({ length: n }, (_, i) => i),
    );
    const start = performance.now();
    const { training } = await train(learnerByName(learner), data, { runtime, seed: 0, label: "bench", options });
    const seconds = (performance.now() - start) / 1000;
    const peak = process.resourceUsage().maxRSS / 1024;
    console.log(JSON.stringify({ seconds, objective: training.objective, memory, peak }));
  }
}
/** A process that answers requests one after the other. */
function worker(command, args) {
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, OPENBLAS_NUM_THREADS: threads, OMP_NUM_THREADS: threads },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return JSON.parse((await lines.next()).value);
    },
    end: () => child.stdin.end(),
  };
}
async function compare() {
  const peerScript = fileURLToPath(new URL("./convex.py", import.meta.url));
  console.log(`${threads} thread(s)`);
  console.log(
    "learner     options                       n      ours   peer   ratio  objective  memory: ours, peer (MB)",
  );
  for (const [learner, options] of fits) {
    if (!learner.includes(only)) continue;
    for (const n of sizes.split(",").map(Number)) {
      const ours = worker(process.execPath, [process.argv[1], folder, python, sizes, only, "serve", threads]);
      const peer = worker(python, [peerScript, folder]);
      const timings = [[], []];
      for (let repeat = 0; repeat < 4; repeat++) {
        timings[0].push(await ours.ask({ learner, options, n }));
        timings[1].push(await peer.ask({ learner, options, n }));
      }
      ours.end();
      peer.end();
      const seconds = timings.map(
        (each) =>
          each
            .slice(1)
            .map((t) => t.seconds)
            .sort((a, b) => a - b)[1],
      );
      const [a, b] = timings.map((each) => each[3]);
      console.log(
        [
          learner.padEnd(11),
          JSON.stringify(options).replace(/["{}]/g, "").padEnd(28),
          String(n).padStart(6),
          seconds[0].toFixed(3).padStart(7),
          seconds[1].toFixed(3).padStart(6),
          (seconds[1] / seconds[0]).toFixed(2).padStart(6),
          (a.objective / b.objective - 1).toExponential(1).padStart(10),
          (a.peak - a.memory).toFixed(0).padStart(9),
          (b.peak - b.memory).toFixed(0).padStart(5),
        ].join(" "),
      );
    }
  }
}
if (role === "serve") await serve();
else if (role === undefined) {
  for (const count of ["1", "2"]) {
    spawnSync(process.execPath, [process.argv[1], folder, python, sizes, only || "", "compare", count], {
      stdio: "inherit",
    });
  }
} else await compare();
