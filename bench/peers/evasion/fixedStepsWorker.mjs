// Our side of `fixedSteps.mjs`: attacks points `from` to `to` with fixed steps, one job per line of standard input.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { l2, openModel, runAttack, runtimeFrom, sliceRows } from "@carom/core";
import { pgdAttack } from "@carom/core/attacks";
import { uniformDomain } from "@carom/core/data";
import * as ort from "onnxruntime-node";
import { readArrays, readClassifier } from "./models.mjs";

const folder = process.argv[2];
const points = readArrays(folder, "points");
const opened = (await openModel(runtimeFrom(ort), readClassifier(folder, "mlp-200"))).differentiable;
// Sessions are compiled when first used; the peers' libraries are loaded by now, too.
await opened.inputGradient("margin", sliceRows(points.x, 0, 1), points.y.data.slice(0, 1));
await opened.scores(sliceRows(points.x, 0, 1));
const resident = (/** @type {string} */ field) =>
  Number(/(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8").split(field)[1])[1]) / 1024;
const loaded = resident("VmRSS");
console.log("{}");

for await (const line of createInterface({ input: process.stdin })) {
  const { from, to, epsilon, steps } = JSON.parse(line);
  const start = performance.now();
  const before = process.cpuUsage();
  const { objective, queries } = await runAttack(pgdAttack({ steps, stepSize: 2.5 / steps }), {
    models: [opened],
    x: sliceRows(points.x, from, to),
    labels: points.y.data.slice(from, to),
    threat: { norm: l2, domain: uniformDomain(784, 0, 1), epsilon },
    seed: 0,
  });
  const { user, system } = process.cpuUsage(before);
  const sum = objective.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0);
  const wall = (performance.now() - start) / 1000;
  console.log(
    JSON.stringify({
      wall,
      processor: (user + system) / 1e6,
      memory: resident("VmHWM") - loaded,
      sum,
      errors: objective.filter((value) => value > 0).length,
      ...queries,
    }),
  );
}
