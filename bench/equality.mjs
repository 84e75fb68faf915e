// To how many digits does Carom agree with its peers on the same question? Prints the tables of docs/equality.md.
//
//   npm run build && node bench/equality.mjs [PYTHON]
//
// PYTHON has scikit-learn and SciPy; rows of PyTorch, Foolbox, ART and SecML are there where it has them.
// bench/peers/equality.py asks the peers.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataset, fit, l2, learnerByName, linf, openModel, runAttack, runtimeFrom, tensor, toFloat } from "@carom/core";
import { pgdAttack } from "@carom/core/attacks";
import { uniformDomain } from "@carom/core/data";
import { modelFromBytes } from "@carom/core/models";
import { kendall, pearson, regression, signTest, spearman, wilcoxon } from "@carom/core/stats";
import * as ort from "onnxruntime-node";

const python = process.argv[2] ?? "python3";
const folder = mkdtempSync(join(tmpdir(), "carom-equality-"));
const script = fileURLToPath(new URL("peers/equality.py", import.meta.url));
execFileSync(python, ["-W", "ignore", script, folder], { stdio: ["ignore", "ignore", "inherit"] });
const peers = JSON.parse(readFileSync(join(folder, "peers.json"), "utf8"));
const x = tensor("float64", [peers.x.length, peers.x[0].length], peers.x.flat());
const runtime = runtimeFrom(ort);
const data = dataset({ features: x, labels: peers.y, domain: [0, 1] });

const points = toFloat(x, "float32");

/** The largest distance of two lists of numbers, relative to the largest of theirs. */
function deviation(/** @type {ArrayLike<number>} */ ours, /** @type {readonly number[]} */ theirs) {
  const size = Math.max(...theirs.map(Math.abs));
  return Math.max(...theirs.map((value, i) => Math.abs(value - ours[i]))) / size;
}
const row = (/** @type {readonly unknown[]} */ cells) => console.log(`| ${cells.join(" | ")} |`);
const told = (/** @type {number} */ value) => [
  value === 0 ? "0" : value.toExponential(0),
  Math.floor(-Math.log10(Math.max(value, 1e-16))),
];

console.log(
  Object.entries({ Node: process.versions.node, ...peers.versions })
    .map((each) => each.join(" "))
    .join(", "),
);
row(["what", "peer", "largest deviation", "digits"]);
row(["---", "---", "---:", "---:"]);

for (const { learner, options, scores } of peers.learners) {
  const { model } = await fit(learnerByName(learner), data, { runtime, seed: 0, stream: "equality", options });
  const opened = await openModel(runtime, model);
  const { data: found } = await opened.scores(points);
  await opened.close();
  const own = scores.map((/** @type {number} */ _, /** @type {number} */ i) => found[2 * i + 1]);
  const { tolerance: _, ...said } = options;
  const settings = Object.entries(said)
    .map((each) => each.join(" "))
    .join(", ");
  row([`${learner}, ${settings}: decision values`, "scikit-learn", ...told(deviation(own, scores))]);
}

for (const { learner, options, scores, gradient } of peers.functions ?? []) {
  const { model } = await fit(learnerByName(learner), data, { runtime, seed: 0, stream: "equality", options });
  const opened = await openModel(runtime, model);
  const { data: found } = await opened.scores(points);
  const n = gradient.length;
  const some = tensor("float32", [n, 30], points.data.slice(0, 30 * n));
  // Scores are -f and f, so that the margin over class 0 is twice what the peer differentiates.
  const slopes = await opened.differentiable.inputGradient("margin", some, new Int32Array(n));
  await opened.close();
  const own = scores.map((/** @type {number} */ _, /** @type {number} */ i) => found[2 * i + 1]);
  row([`${learner}: decision values`, "SecML", ...told(deviation(own, scores))]);
  row([
    `${learner}: gradients of them`,
    "SecML",
    ...told(
      deviation(
        slopes.gradient.data.map((v) => v / 2),
        gradient.flat(),
      ),
    ),
  ]);
}

const statistics = {
  "Pearson's r and p": (/** @type {any} */ { x, y, pearson: theirs }) => [pearson(x, y), theirs],
  "Spearman's rho and p": (/** @type {any} */ { x, y, spearman: theirs }) => [spearman(x, y), theirs],
  "Kendall's tau and p": (/** @type {any} */ { x, y, kendall: theirs }) => [kendall(x, y), theirs],
};
for (const [name, both] of Object.entries(statistics)) {
  const worst = peers.tests.map((/** @type {any} */ each) => {
    const [ours, theirs] = both(each);
    return Math.max(...[ours.statistic, ours.p].map((value, i) => Math.abs(value / theirs[i] - 1)));
  });
  row([name, "SciPy", ...told(Math.max(...worst))]);
}
const others = peers.tests.map((/** @type {any} */ { x, y, wilcoxon: signed, sign, line }) => {
  const differences = x.map((/** @type {number} */ value, /** @type {number} */ i) => value - y[i]);
  const fitted = regression(x, y);
  return [
    Math.abs(wilcoxon(differences).p / signed - 1),
    Math.abs(signTest(differences).p / sign - 1),
    Math.max(Math.abs(fitted.slope / line[0] - 1), Math.abs(fitted.intercept / line[1] - 1)),
  ];
});
for (const [i, name] of [
  "Wilcoxon's signed ranks: p",
  "sign test: p",
  "least squares: slope and intercept",
].entries()) {
  row([name, "SciPy", ...told(Math.max(...others.map((/** @type {number[]} */ each) => each[i])))]);
}

if (peers.network) {
  const opened = await openModel(runtime, modelFromBytes(readFileSync(join(folder, "net.onnx"))));
  const { differentiable } = opened;
  const { scores, gradient } = await differentiable.inputGradient("crossEntropy", points, Int32Array.from(peers.y));
  row(["network: scores", "PyTorch, float64", ...told(deviation(scores.data, peers.network.scores.flat()))]);
  row([
    "network: loss gradients",
    "PyTorch, float64",
    ...told(deviation(gradient.data, peers.network.gradient.flat())),
  ]);
  for (const { peer, what, norm, epsilon, steps, stepSize, points: theirs } of peers.attacks) {
    const n = theirs.length;
    const { points: crafted } = await runAttack(pgdAttack({ steps, stepSize }), {
      models: [differentiable],
      x: tensor("float64", [n, 30], x.data.slice(0, 30 * n)),
      labels: Int32Array.from(peers.y.slice(0, n)),
      threat: { norm: norm === "l2" ? l2 : linf, domain: uniformDomain(30, 0, 1), epsilon },
      seed: 0,
    });
    const far = theirs
      .flat()
      .map((/** @type {number} */ value, /** @type {number} */ i) => Math.abs(value - crafted.data[i]));
    const same = far.filter((/** @type {number} */ each) => each < 1e-4 * epsilon).length / far.length;
    const name = `${what}, ${norm === "l2" ? "L2" : "L∞"} ${epsilon}: points, in units of ε`;
    row([`${name} (${(100 * same).toFixed(2)} % of features within 1e-4)`, peer, ...told(Math.max(...far) / epsilon)]);
  }
  await opened.close();
}
rmSync(folder, { recursive: true });
console.log(`\n${x.shape[0]} rows of 30 features; float32 has about 7 digits, float64 about 16.`);
