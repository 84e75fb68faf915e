// Do S, R and rho of ten surrogates on ten targets cost more than the gradients that they need?
//
//   npm run build && CAROM_DATA=folder node bench/transferMetrics.mjs
//
// The folder holds mnist/mnist89-train-images-idx3-ubyte.gz and -labels-idx1-ubyte.gz: MNIST's training digits 8 and 9.

import { readFileSync } from "node:fs";
import {
  dataset,
  denseRows,
  gradientSizes,
  learnerByName,
  norms,
  openModel,
  runtimeFrom,
  stream,
  takeRows,
  toFloat,
  toNumbers,
  fit as train,
} from "@carom/core";
import { gunzip, readIdx } from "@carom/core/data";
import { cosineMatrix } from "@carom/core/transfer";
import * as ort from "onnxruntime-node";
import { conditions, interleave, printTable, timeCalls } from "./paired.mjs";

const [points, training] = [1000, 5400];
const runtime = runtimeFrom(ort);

/** @param {string} name */
const idx = (name) =>
  readIdx(gunzip(new Uint8Array(readFileSync(`${process.env.CAROM_DATA}/mnist/mnist89-train-${name}-ubyte.gz`)), name));
const digits = dataset({ features: idx("images-idx3"), labels: toNumbers(idx("labels-idx1")) });
/** @param {number} from @param {number} to */
const rowsOf = (from, to) =>
  takeRows(
    digits,
    Int32Array.from({ length: to - from }, (_, i) => from + i),
  );

const settings = /** @type {const} */ ([
  ["svm-linear", { C: 100 }],
  ["svm-linear", { C: 0.01 }],
  ["logistic", { C: 10 }],
  ["logistic", { C: 1 }],
  ["ridge", { alpha: 1 }],
  ["ridge", { alpha: 10 }],
  ["svm-rbf", { C: 100, gamma: 0.01 }],
  ["svm-rbf", { C: 1, gamma: 0.01 }],
  ["mlp", { widths: [50, 50], epochs: 2 }],
  ["mlp", { widths: [50, 50], epochs: 2, weightDecay: 0.01 }],
]);

const attacked = rowsOf(2 * training, 2 * training + points);
const x = toFloat(denseRows(attacked), "float32");
const sides = [];
for (const side of [0, 1]) {
  const rows = rowsOf(side * training, (side + 1) * training);
  const models = [];
  for (const [name, options] of settings) {
    const fitted = await train(learnerByName(name), rows, { runtime, seed: 0, stream: String(side), options });
    const opened = await openModel(runtime, fitted.model);
    if (opened.differentiable) models.push(opened.differentiable);
  }
  sides.push(models);
}

const gradientsOf = () =>
  Promise.all(
    sides.map(async (models) => {
      const gradients = [];
      for (const model of models) {
        gradients.push((await model.inputGradient("crossEntropy", x, attacked.labels)).gradient);
      }
      return gradients;
    }),
  );

const gradients = await gradientsOf();
/** Points that stand for those crafted on each model: random steps, as what they are does not change what they cost. */
const steps = stream(0, "steps");
const crafted = gradients.map((side) =>
  side.map(() => ({ ...x, data: x.data.map((value) => value + 0.02 * (steps.uniform() - 0.5)) })),
);

async function metrics() {
  for (const side of gradients) for (const gradient of side) gradientSizes(gradient, norms.l2);
  await cosineMatrix(runtime, gradients[0], gradients[1]);
  await cosineMatrix(runtime, crafted[0], crafted[1], x);
}

const [own, metric] = await interleave([(n) => timeCalls(gradientsOf, n), (n) => timeCalls(metrics, n)]);
console.log(`S, R and rho of ${settings.length} x ${settings.length} models at ${points} points of 784 features`);
console.log(conditions({}));
printTable(
  ["", "ms", "of the gradients", "by processor time"],
  [
    ["gradients of all models", (1000 * own.seconds).toFixed(0), "1.00", "1.00"],
    ["S, R and rho", (1000 * metric.seconds).toFixed(0), metric.wall.toFixed(2), metric.cpu.toFixed(2)],
    [
      "both",
      (1000 * (own.seconds + metric.seconds)).toFixed(0),
      (1 + metric.wall).toFixed(2),
      (1 + metric.cpu).toFixed(2),
    ],
  ],
);
