// How does the time per poisoning point grow with the training rows and with the features?
// node growth.mjs FOLDER_OF_IDX_FILES [points]; MNIST 8 against 9, its pixels averaged over squares for fewer features.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataset, learners, permutation, runtimeFrom, stream, takeRows, tensor } from "@carom/core";
import { buildPoisoning, poisoningAttacks } from "@carom/core/attacks";
import { gunzip, readIdx } from "@carom/core/data";
import { presets } from "@carom/core/learners";
import * as ort from "onnxruntime-node";
import { conditions, printTable } from "../../paired.mjs";

const [idx, count = "3"] = process.argv.slice(2);
const points = Number(count);
const runtime = runtimeFrom(ort);
const read = (/** @type {string} */ kind) => readIdx(gunzip(readFileSync(join(idx, `mnist89-train-${kind}-ubyte.gz`))));
const images = read("images-idx3");
const labels = Array.from(read("labels-idx1").data, Number);
const order = permutation(stream(0, "bench", "growth"), labels.length);
console.log(conditions({}));

/** Rows of (28 / side)^2 means over squares of `side` pixels. */
function pooled(/** @type {number} */ side) {
  const width = 28 / side;
  const data = new Float64Array(labels.length * width * width);
  images.data.forEach((value, at) => {
    const [row, pixel] = [Math.floor(at / 784), at % 784];
    const cell = Math.floor(Math.floor(pixel / 28) / side) * width + Math.floor((pixel % 28) / side);
    data[row * width * width + cell] += Number(value) / 255 / side ** 2;
  });
  return dataset({ features: tensor("float64", [labels.length, width * width], data), labels, domain: [0, 1] });
}

/** Processor seconds per point, and fits, of each surrogate. */
async function times(/** @type {any} */ data, /** @type {number} */ n) {
  const training = takeRows(data, order.subarray(0, n));
  const validation = takeRows(data, order.subarray(3000, 4000));
  const cells = [];
  for (const name of ["svm-linear", "logistic", "ridge", "svm-rbf"]) {
    for (const complexity of ["high", "low"]) {
      const options = presets[`mnist89-poisoning/${complexity}`][name];
      const craft = buildPoisoning(poisoningAttacks.gradient, {});
      const before = process.cpuUsage();
      const { fits } = await craft({
        learner: learners[name],
        options,
        training,
        validation,
        count: points,
        seed: 0,
        runtime,
      });
      const { user, system } = process.cpuUsage(before);
      cells.push(`${((user + system) / 1e6 / points).toFixed(3)} (${(fits / points).toFixed(0)})`);
    }
  }
  return cells;
}

const heading = ["svm-linear-high", "low", "logistic-high", "low", "ridge-high", "low", "svm-rbf-high", "low"];
const full = pooled(1);
const rows = [];
for (const n of [100, 200, 500, 1000, 2000]) {
  rows.push([String(n), ...(await times(full, n))]);
  console.log(rows[rows.length - 1].join("  "));
}
console.log(`\nProcessor seconds per point (fits per point), ${points} points, 1,000 validation points, 784 features`);
printTable(["rows", ...heading], rows);
const wide = [];
for (const side of [4, 2, 1]) {
  const data = side === 1 ? full : pooled(side);
  wide.push([String((28 / side) ** 2), ...(await times(data, 500))]);
}
console.log("\nThe same by features, 500 rows");
printTable(["features", ...heading], wide);
