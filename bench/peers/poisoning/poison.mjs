// Is poisoning faster than SecML's, at the same or more damage, on the paper's eight surrogates?
// node poison.mjs FOLDER_OF_IDX_FILES [points] [surrogates]; Python with SecML in CAROM_BENCH_PYTHON.
//
// MNIST 8 against 9, 500 training and 1,000 validation points, 1,000 test points. Both sides take the same training
// rows with flipped labels as their starts. Damage is judged here for both: the surrogate's own attacker's loss on the
// validation points and its error on the test points, retrained on the points.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  argMax,
  dataset,
  errorRate,
  fit,
  learners,
  openModel,
  permutation,
  reshape,
  runtimeFrom,
  stream,
  takeRows,
  tensor,
  toFloat,
} from "@carom/core";
import { buildPoisoning, poisoningAttacks, withPoison } from "@carom/core/attacks";
import { gunzip, readIdx, readNpy, writeNpz } from "@carom/core/data";
import { presets } from "@carom/core/learners";
import * as ort from "onnxruntime-node";
import { conditions, printTable } from "../../paired.mjs";
import { startPeer } from "../evasion/peer.mjs";

const [idx, count = "3", chosen = "svm-linear,logistic,ridge,svm-rbf"] = process.argv.slice(2);
const points = Number(count);
const runtime = runtimeFrom(ort);
const read = (/** @type {string} */ kind) => readIdx(gunzip(readFileSync(join(idx, `mnist89-train-${kind}-ubyte.gz`))));
const images = read("images-idx3");
const digits = dataset({
  features: reshape(images, [images.shape[0], 784]),
  labels: Array.from(read("labels-idx1").data, Number),
});
const order = permutation(stream(0, "bench", "poisoning"), digits.labels.length);
const part = (/** @type {number} */ from, /** @type {number} */ to) => takeRows(digits, order.subarray(from, to));
const [training, validation, test] = [part(0, 500), part(500, 1500), part(1500, 2500)];
const mean = (/** @type {readonly number[]} */ values) => values.reduce((a, b) => a + b, 0) / values.length;
const geometric = (/** @type {readonly number[]} */ values) => Math.exp(mean(values.map(Math.log)));

const task = { training, validation, count: points, seed: 0, runtime };
const any = { learner: learners.ridge, options: {} };
const starts = (await buildPoisoning(poisoningAttacks["label-flip"], {})({ ...task, ...any })).points;
const folder = mkdtempSync(join(tmpdir(), "carom-bench-"));
const arrays = (/** @type {string} */ name, /** @type {any} */ { features, labels }) => ({
  [`${name}_x`]: toFloat(reshape(features, [labels.length, 784]), "float64"),
  [`${name}_y`]: tensor("int32", [labels.length], labels),
});
writeFileSync(
  join(folder, "data.npz"),
  writeNpz({
    ...arrays("training", training),
    ...arrays("validation", validation),
    ...arrays("start", { features: starts.start, labels: starts.labels }),
  }),
);
const peer = await startPeer("../poisoning/secml_poison.py", [folder]);
console.log(conditions(peer.versions));

/** The attacker's loss and the test error, in percent, of a surrogate retrained with points. */
async function damage(/** @type {any} */ learner, /** @type {any} */ options, /** @type {any} */ added) {
  const data = added ? withPoison(training, added) : training;
  const parsed = learner.options.parse(options);
  const random = (/** @type {string} */ label) => stream(0, label);
  const retraining = await learner.retrain({ data, validation }, parsed, { runtime, random });
  const { loss } = retraining;
  await retraining.close();
  const { model } = await fit(learner, data, { runtime, seed: 0, stream: "judge", options });
  const opened = await openModel(runtime, model);
  const { count, n } = errorRate(argMax(await opened.scores(test.features)), test.labels);
  const error = (100 * count) / n;
  await opened.close();
  return { loss, error };
}

const rows = [];
for (const name of chosen.split(",")) {
  for (const complexity of ["high", "low"]) {
    const learner = learners[name];
    const options = presets[`mnist89-poisoning/${complexity}`][name];
    const output = join(folder, "points.npy");
    const there = await peer.ask({ learner: name, options, points, output });
    const before = process.cpuUsage();
    const start = performance.now();
    const here = await buildPoisoning(poisoningAttacks.gradient, {})({ ...task, learner, options });
    const wall = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(before);
    const theirs = { ...starts, x: toFloat(readNpy(readFileSync(output), "points"), "float64") };
    const judged = {
      clean: await damage(learner, options, undefined),
      flipped: await damage(learner, options, starts),
      there: await damage(learner, options, theirs),
      here: await damage(learner, options, here.points),
    };
    const processor = (user + system) / 1e6;
    rows.push({ name: `${name}-${complexity}`, there, here: { ...here, wall, processor }, judged });
    const { name: label, judged: j } = rows[rows.length - 1];
    console.log(label, JSON.stringify({ there, wall, processor, fits: here.fits, gradients: here.gradients, ...j }));
  }
}
peer.close();
rmSync(folder, { recursive: true });

const ratio = (/** @type {any} */ row, /** @type {string} */ key) => row.there[key] / row.here[key];
console.log(`\n${points} points each; times of the processor per point, over the whole of each attack`);
printTable(
  [
    "surrogate",
    "s/pt SecML",
    "ours",
    "less",
    "fits/pt SecML",
    "ours",
    "less",
    "loss clean",
    "flips",
    "SecML",
    "ours",
    "error clean",
    "flips",
    "SecML",
    "ours",
  ],
  rows.map((row) => [
    row.name,
    (row.there.processor / points).toFixed(2),
    (row.here.processor / points).toFixed(3),
    ratio(row, "processor").toFixed(0),
    (row.there.fits / points).toFixed(1),
    (row.here.fits / points).toFixed(1),
    ratio(row, "fits").toFixed(1),
    ...["clean", "flipped", "there", "here"].map((key) => row.judged[key].loss.toFixed(4)),
    ...["clean", "flipped", "there", "here"].map((key) => row.judged[key].error.toFixed(1)),
  ]),
);
const means = ["processor", "wall", "fits"].map((key) => geometric(rows.map((row) => ratio(row, key))).toFixed(1));
console.log(`geometric means: ${means[0]} times less processor time, ${means[1]} wall, ${means[2]} times fewer fits`);
