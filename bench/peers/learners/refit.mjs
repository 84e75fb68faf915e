// What does a refit after one changed row cost, beside a fresh fit?
//
//   npm run build && CAROM_DATA=FOLDER node bench/peers/learners/refit.mjs [N,N,...]
//
// prints a table in Markdown: medians of processor time over changed rows, both fits of a row in turn.

import { learners, parseOptions, runtimeFrom } from "@carom/core";
import * as ort from "onnxruntime-node";
import { median, startLap } from "../../paired.mjs";
import { digits } from "./digits.mjs";

const context = { runtime: runtimeFrom(ort), random: () => undefined };
const fits = [
  ["svm-linear", { C: 100 }],
  ["svm-linear", { C: 0.01 }],
  ["svm-linear", { C: 1, loss: "squared-hinge" }],
  ["svm-rbf", { C: 100, gamma: 0.01 }],
  ["svm-rbf", { C: 1, gamma: 0.01 }],
  ["logistic", { C: 10 }],
  ["logistic", { C: 0.01 }],
  ["ridge", { alpha: 1 }],
  ["ridge", { alpha: 100 }],
];

/** The data with row k made fainter, every other time with its label changed. */
function changedAt(/** @type {any} */ data, /** @type {number} */ row, /** @type {boolean} */ flip) {
  const values = data.features.data.slice();
  for (let at = row * 784; at < (row + 1) * 784; at++)
    if (values[at] > 0) values[at] = Math.max(0.01, values[at] - 0.3);
  const labels = data.labels.slice();
  if (flip) labels[row] = 1 - labels[row];
  return { ...data, features: { ...data.features, data: values }, labels };
}

console.log("| learner | options | n | fresh, ms | refit, ms | fresh / refit | objective, refit / fresh - 1 |");
console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: |");
for (const n of (process.argv[2] ?? "500,5900").split(",").map(Number)) {
  const previous = digits(n);
  for (const [name, chosen] of fits) {
    const learner = learners[name];
    const options = parseOptions(learner, chosen);
    const fit = await learner.fit(previous, options, context);
    const times = [0, 1].map(() => ({ wall: [], cpu: [] }));
    let worst = 0;
    for (let k = 0; k < 7; k++) {
      const row = 7 * k + 3;
      const data = changedAt(previous, row, k % 2 === 1);
      const lapFresh = startLap();
      const fresh = await learner.fit(data, options, context);
      lapFresh(times[0]);
      const lapRefit = startLap();
      const again = await learner.refit({ fit, previous, data, changed: [row] }, options, context);
      lapRefit(times[1]);
      worst = Math.max(worst, Math.abs(again.training.objective / fresh.training.objective - 1));
    }
    const [a, b] = times.map(({ cpu }) => 1000 * median(cpu));
    const cells = [name, JSON.stringify(chosen).replace(/["{}]/g, "").replaceAll(":", " "), n];
    console.log(
      `| ${[...cells, a.toFixed(1), b.toFixed(1), (a / b).toFixed(2), worst.toExponential(1)].join(" | ")} |`,
    );
  }
}
