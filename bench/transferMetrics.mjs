// Do S, R and rho of ten surrogates on ten targets cost more than the gradients that they need?
//
//   npm run build && node bench/transferMetrics.mjs

import {
  cosineMatrix,
  dataset,
  gradientSizes,
  learnerByName,
  norms,
  openModel,
  runtimeFrom,
  stream,
  tensor,
  fit as train,
} from "@carom/core";
import * as ort from "onnxruntime-node";
import { conditions, interleave, printTable, timeCalls } from "./paired.mjs";

const [points, features, training] = [1000, 784, 1000];
const runtime = runtimeFrom(ort);

/** Two classes that differ a little in every feature. @param {number} n @param {string} label */
function clouds(n, label) {
  const random = stream(0, label);
  const labels = Array.from({ length: n }, (_, i) => i % 2);
  const value = (/** @type {number} */ i) => Math.min(1, Math.max(0, 0.45 + 0.1 * labels[i] + 0.3 * random.normal()));
  const x = Float32Array.from({ length: n * features }, (_, k) => value(Math.floor(k / features)));
  return dataset({ features: tensor("float32", [n, features], x), labels, domain: [0, 1] });
}

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

const attacked = clouds(points, "attacked");
const x = /** @type {import("@carom/core").Tensor<"float32">} */ (attacked.features);
const sides = [];
for (const side of ["surrogates", "targets"]) {
  const models = [];
  for (const [name, options] of settings) {
    const fitted = await train(learnerByName(name), clouds(training, side), { runtime, seed: 0, label: side, options });
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
console.log(
  `S, R and rho of ${settings.length} x ${settings.length} models at ${points} points of ${features} features`,
);
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
