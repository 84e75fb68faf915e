// How the time of evasion attacks grows: with points N, with features D (sparse rows, linear model, 30 additions), and
// with support vectors (RBF kernel). Prints a table and the exponent of each growth, and writes the numbers as JSON:
//   node bench/growth.mjs [growth.json]

import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import {
  dataset,
  denseRows,
  GraphBuilder,
  l1,
  l2,
  modelFromGraph,
  modelOf,
  openModel,
  pgdAttack,
  regression,
  runAttack,
  runtimeFrom,
  sparseFlips,
  stream,
  tensor,
  uniformDomain,
} from "@carom/core";
import * as ort from "onnxruntime-node";
import { mlp, scoresModel } from "./networks.mjs";

const runtime = runtimeFrom(ort);
const seed = 1;
const rounds = 3;

/** N uniform points of D features in [0, 1]. */
function points(/** @type {number} */ n, /** @type {number} */ d) {
  const random = stream(seed, "points", n, d);
  return dataset({
    features: tensor(
      "float32",
      [n, d],
      Float32Array.from({ length: n * d }, () => random.uniform()),
    ),
    labels: Array.from({ length: n }, (_, i) => i % 2),
    domain: [0, 1],
  });
}

/** Scores (-f, f) of a linear f with normal weights. */
function linearModel(/** @type {number} */ d) {
  const random = stream(seed, "weights", d);
  const weights = new Float32Array(2 * d);
  for (let j = 0; j < d; j++) {
    weights[2 * j + 1] = random.normal() / Math.sqrt(d);
    weights[2 * j] = -weights[2 * j + 1];
  }
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", d]);
  const product = g.node("MatMul", [x, g.initializer("w", tensor("float32", [d, 2], weights))]);
  g.output(product, "scores");
  return modelFromGraph(modelOf(g.graph()));
}

/** Scores (-f, f) of f = sum_i beta_i exp(-gamma ||x - z_i||^2) over m uniform vectors of 784 features. */
function kernelModel(/** @type {number} */ m) {
  const [d, gamma] = [784, 0.01];
  const random = stream(seed, "support", m);
  const z = Float32Array.from({ length: m * d }, () => random.uniform());
  const norms = Float32Array.from({ length: m }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += z[i * d + j] ** 2;
    return sum;
  });
  const beta = Float32Array.from({ length: 2 * m }, (_, i) => (i % 4 < 2 ? 1 : -1) * (i % 2 === 0 ? -1 : 1));
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", d]);
  const support = g.initializer("z", tensor("float32", [m, d], z));
  const zz = g.initializer("zz", tensor("float32", [m], norms));
  const products = g.node("Gemm", [x, support, zz], { transB: { int: 1 }, alpha: { float: -2 } });
  const xx = g.node("ReduceSumSquare", [x, g.ints([1])], { keepdims: { int: 1 } });
  const kernel = g.node("Exp", [g.node("Mul", [g.node("Add", [products, xx]), g.scalar(-gamma, x)])]);
  g.output(g.node("MatMul", [kernel, g.initializer("beta", tensor("float32", [m, 2], beta))]), "scores");
  return modelFromGraph(modelOf(g.graph()));
}

/** Binary rows with 47 entries each (fewer where there are fewer features), as Android apps have. */
function apps(/** @type {number} */ n, /** @type {number} */ d) {
  const random = stream(seed, "apps", d);
  const rows = Array.from({ length: n }, () => {
    const set = new Set();
    while (set.size < Math.min(47, d / 4)) set.add(random.integer(d));
    return [...set].sort((a, b) => a - b);
  });
  const start = Int32Array.from([0, ...rows]);
  for (let i = 0; i < n; i++) start[i + 1] = start[i] + rows[i].length;
  const index = Int32Array.from(rows.flat());
  return { rows: n, columns: d, start, index, value: new Float64Array(index.length).fill(1) };
}

/** The least seconds of some rounds, the attack's alone. */
async function seconds(/** @type {() => Promise<unknown>} */ call) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const from = performance.now();
    await call();
    times.push((performance.now() - from) / 1000);
  }
  return Math.min(...times);
}

async function attackDense(/** @type {import("@carom/core").Model} */ model, /** @type {number} */ n) {
  const opened = await openModel(runtime, model);
  const data = points(n, 784);
  // Fixed steps, so that the work per point is the same for every size.
  const attack = pgdAttack({ steps: 10, stepSize: 0.2 });
  const threat = { norm: l2, epsilon: 1, domain: uniformDomain(784, 0, 1) };
  const task = { models: [opened.differentiable], x: denseRows(data), labels: data.labels, threat, seed };
  const time = await seconds(() => runAttack(attack, task));
  await opened.close();
  return time;
}

/** @type {Record<string, { size: number, seconds: number }[]>} */
const growth = { points: [], features: [], supportVectors: [] };
const network = modelFromGraph(scoresModel(mlp()));
for (const n of [100, 300, 1000, 3000, 10_000]) growth.points.push({ size: n, seconds: await attackDense(network, n) });
for (const d of [64, 512, 4096, 32_768, 545_334]) {
  const [x, model] = [apps(1000, d), linearModel(d)];
  const labels = Int32Array.from({ length: 1000 }, (_, i) => i % 2);
  const task = { model, runtime, x, labels, epsilons: [30], direction: /** @type {const} */ ("add") };
  growth.features.push({ size: d, seconds: await seconds(() => sparseFlips(task)) });
}
for (const m of [100, 300, 1000, 3000, 10_000]) {
  growth.supportVectors.push({ size: m, seconds: await attackDense(kernelModel(m), 200) });
}

for (const [what, measured] of Object.entries(growth)) {
  const logs = (/** @type {"size" | "seconds"} */ key) => measured.map((each) => Math.log(each[key]));
  const slope = regression(logs("size"), logs("seconds"))?.slope ?? Number.NaN;
  for (const { size, seconds: time } of measured)
    console.log(`${what.padEnd(16)}${String(size).padStart(8)}  ${time.toFixed(3)} s`);
  console.log(`${what.padEnd(16)}grows as size^${slope.toFixed(2)}\n`);
}
console.log(`${cpus()[0].model}, node ${process.version}, one intra-op thread, least of ${rounds} rounds`);
console.log(`norms: ${l2.label} budget 1 for points and support vectors, ${l1.label} 30 additions for features`);
if (process.argv[2]) writeFileSync(process.argv[2], `${JSON.stringify(growth, undefined, 2)}\n`);
