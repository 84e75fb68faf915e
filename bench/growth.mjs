// How the time of evasion attacks grows: with points N, with features D (sparse rows, linear model, 30 additions), and
// with support vectors (RBF kernel). Prints a table and the exponent of each growth, and writes them with a figure to:
//   node bench/growth.mjs [folder]

import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { dataset, denseRows, l2, openModel, runAttack, runtimeFrom, stream, tensor } from "@carom/core";
import { pgdAttack, sparseFlips } from "@carom/core/attacks";
import { uniformDomain } from "@carom/core/data";
import { modelFromGraph } from "@carom/core/models";
import { GraphBuilder, modelOf } from "@carom/core/onnx";
import { regression } from "@carom/core/stats";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
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

/** The least processor seconds of some rounds, the attack's alone. */
async function seconds(/** @type {() => Promise<unknown>} */ call) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    await call();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1e6);
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

/** What each growth is by, and what is attacked. */
const captions = {
  points: "points: network 784-200-200-2, 10 fixed L2 steps",
  features: "features: linear model, 1,000 sparse rows, 30 additions",
  supportVectors: "support vectors: RBF kernel, 784 features, 200 points, 10 fixed L2 steps",
};
const lines = Object.entries(growth).map(([what, measured]) => {
  const logs = (/** @type {"size" | "seconds"} */ key) => measured.map((each) => Math.log(each[key]));
  const exponent = regression(logs("size"), logs("seconds"))?.slope ?? Number.NaN;
  const caption = captions[/** @type {keyof captions} */ (what)];
  return { caption, name: caption.split(":")[0], exponent, measured };
});
const conditions =
  `${cpus()[0].model.trim()}, Node ${process.versions.node}, one thread; processor seconds, least of ${rounds} ` +
  "rounds";
for (const { caption, exponent, measured } of lines) {
  console.log(`${caption}: grows as size^${exponent.toFixed(2)}`);
  for (const { size, seconds: time } of measured) console.log(`${String(size).padStart(9)}  ${time.toFixed(3)} s`);
}
console.log(conditions);

/** Time over size on logarithmic axes, one line each, beside the slope of linear growth. */
function figure() {
  const { document } = parseHTML("<html></html>");
  const rows = lines.flatMap(({ name, measured }) => measured.map((each) => ({ ...each, name })));
  const ends = lines.map(({ name, measured }) => ({ ...measured[measured.length - 1], name }));
  const linear = [1000, 300_000].map((size) => ({ size, seconds: size / 1e5 }));
  const place = { x: "size", y: "seconds" };
  const drawing = Plot.plot({
    document,
    width: 560,
    height: 360,
    marginLeft: 56,
    marginRight: 110,
    x: { type: "log", label: "size", domain: [50, 1e6], ticks: 5, tickFormat: "~s" },
    y: { type: "log", label: "processor seconds", grid: true, ticks: 4, tickFormat: "~g" },
    color: { range: ["#4269d0", "#c2410c", "#3f7d4e"] },
    marks: [
      Plot.line(linear, { ...place, stroke: "#767676", strokeDasharray: "4 4" }),
      Plot.text(linear.slice(0, 1), { ...place, text: () => "linear growth", dy: 12, fill: "#767676" }),
      Plot.line(rows, { ...place, stroke: "name" }),
      Plot.dot(rows, { ...place, fill: "name", r: 3 }),
      Plot.text(ends, { ...place, text: "name", fill: "name", dx: 8, textAnchor: "start" }),
    ],
  });
  const attributes =
    'xmlns="http://www.w3.org/2000/svg" role="img" aria-label="Time of attacks over size, on logarithmic axes"';
  return drawing.outerHTML.replace("<svg ", `<svg ${attributes} `);
}

function report() {
  const tables = lines.map(({ caption, exponent, measured }) => {
    const cells = measured.map(({ size, seconds: time }) => `| ${size} | ${time.toFixed(3)} |`).join("\n");
    const head = "| size | seconds |\n| ---: | ---: |";
    return `By ${caption}. Time grows as size^${exponent.toFixed(2)}.\n\n${head}\n${cells}\n`;
  });
  const made = `Made by \`node bench/growth.mjs docs/results\` on ${conditions}.`;
  return `# How the time of evasion attacks grows\n\n${made}\n\n![Time over size](growth.svg)\n\n${tables.join("\n")}`;
}

const folder = process.argv[2];
if (folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "growth.md"), report());
  writeFileSync(join(folder, "growth.svg"), `${figure()}\n`);
}
