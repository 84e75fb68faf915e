// Input gradients and fixed steps of PGD beside PyTorch as it is and compiled (torch.compile, which needs a C++
// compiler): later calls in turn, and first calls.
//
//   npm run build && node bench/compiled.mjs [threads] [rows to measure, a regular expression]
//
// The projection of L2 on ball and box is exact on our side and one after the other on theirs, as in other libraries.

import { l2, linf, openModel, runAttack, runtimeFrom } from "@carom/core";
import { pgdAttack } from "@carom/core/attacks";
import { uniformDomain } from "@carom/core/data";
import { modelFromGraph } from "@carom/core/models";
import * as ort from "onnxruntime-node";
import { batchOf, cnn, mlp, scoresModel } from "./networks.mjs";
import { conditions, interleave, printTable, startPeer, threadCounts, timeCalls } from "./paired.mjs";

const wanted = new RegExp(process.argv[3] ?? "");
const STEPS = 50;
/** What is asked of a network with its rows; the peer's jobs have the same names. */
const jobs = {
  inputGradient: (opened, { x, labels }) => opened.inputGradient("crossEntropy", x, labels),
  "pgd-linf": (opened, rows) => attacked(opened, rows, linf, 0.1),
  "pgd-l2": (opened, rows) => attacked(opened, rows, l2, 2),
};

function attacked(opened, { x, labels }, norm, epsilon) {
  const threat = { norm, epsilon, domain: uniformDomain(x.data.length / labels.length, 0, 1) };
  return runAttack(pgdAttack({ steps: STEPS, stepSize: 0.1 }), { models: [opened], x, labels, threat, seed: 0 });
}

const rows = [];
let versions = {};
for (const threads of threadCounts) {
  const runtime = runtimeFrom(ort, { threads });
  const peer = await startPeer("networks.py", threads);
  versions = peer.versions;
  for (const [job, name, make, batch] of [
    ["inputGradient", "mlp", mlp, 100],
    ["inputGradient", "mlp", mlp, 1000],
    ["inputGradient", "cnn", cnn, 100],
    ["pgd-linf", "mlp", mlp, 1000],
    ["pgd-l2", "mlp", mlp, 1000],
  ]) {
    const label = `${job}, ${name}, ${batch} rows, ${threads} thread${threads > 1 ? "s" : ""}`;
    if (!wanted.test(label)) continue;
    const network = make();
    const model = await openModel(runtime, modelFromGraph(scoresModel(network)));
    // Rows are there before the first call, as the peer's are.
    const data = batchOf(network, batch);
    const sides = [
      (n) => timeCalls(() => jobs[job](model.differentiable, data), n),
      (n) => peer.time(`${job}:${name}:${batch}`, n),
      (n) => peer.time(`${job}Compiled:${name}:${batch}`, n),
    ];
    const first = [];
    for (const side of sides) first.push((await side(1)).wall[0]);
    const [ours, eager, compiled] = await interleave(sides);
    const times = [ours, eager, compiled].map(({ seconds }) => (1000 * seconds).toPrecision(3));
    const ratios = [eager, compiled].flatMap(({ wall, cpu }) => [wall.toFixed(2), cpu.toFixed(2)]);
    rows.push([label, ...times, ...ratios, ...first.map((seconds) => (1000 * seconds).toFixed(0))]);
    console.log(rows.at(-1).join("  "));
    await model.close();
  }
  peer.close();
}
console.log("\nMilliseconds of later calls; PyTorch / Carom by the clock and by processor time; first calls");
console.log(conditions(versions));
printTable(
  ["", "Carom", "eager", "compiled", "/ eager", "by CPU", "/ compiled", "by CPU", "first", "eager", "compiled"],
  rows,
);
