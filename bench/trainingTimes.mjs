// Estimates of trainings beside what they take: processor seconds of linear learners over random shapes.
//   node bench/trainingTimes.mjs [first seed = 0] [shapes = 10] [most entries = 3e6] [learners = all linear ones]
//
// Two classes that overlap; rows, columns, numbers of a row and C are drawn log-uniformly.

import { loadavg } from "node:os";
import { fit, learnerByName, runtimeFrom, stream } from "@carom/core";
import { dataset } from "@carom/core/data";
import * as ort from "onnxruntime-node";

const LINEAR = "svm-linear,logistic,ridge";
const [first = "0", shapes = "10", most = "3e6", learners = LINEAR] = process.argv.slice(2);
const runtime = runtimeFrom(ort);

/** @typedef {{ uniform(): number }} Uniform */

/** Between two numbers, by logarithms. @param {number} low @param {number} high @param {Uniform} random */
const between = (low, high, random) => low * (high / low) ** random.uniform();

/** Sparse rows whose columns a few share, by a power law. @param {number} seed */
function drawn(seed) {
  const random = stream(seed, "training times");
  const columns = Math.round(between(30, 1e6, random));
  const perRow = Math.round(between(3, Math.min(columns / 2, 150), random));
  const rows = Math.round(between(300, Math.min(1e5, Number(most) / perRow), random));
  const C = 10 ** Math.round(between(1, 1e4, random) ** 0.25 - 6 + 3 * random.uniform());
  const noise = between(0.05, 3, random);
  const slopes = Float64Array.from({ length: columns }, () => random.normal());
  const index = new Int32Array(rows * perRow);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    /** @type {Set<number>} */
    const own = new Set();
    while (own.size < perRow) own.add(Math.floor(random.uniform() ** 3 * columns));
    index.set(
      [...own].sort((a, b) => a - b),
      i * perRow,
    );
    const score = [...own].reduce((sum, j) => sum + slopes[j], 0) / Math.sqrt(perRow);
    labels[i] = score + noise * random.normal() > 0 ? 1 : 0;
  }
  const start = Int32Array.from({ length: rows + 1 }, (_, i) => i * perRow);
  const value = Float32Array.from(index, () => 0.1 + 0.9 * random.uniform());
  const data = dataset({ features: { rows, columns, start, index, value }, labels, domain: [0, 1] });
  return { data, C, noise, size: { rows, features: columns, perRow } };
}

for (let seed = Number(first); seed < Number(first) + Number(shapes); seed++) {
  const { data, C, noise, size } = drawn(seed);
  for (const name of learners.split(",")) {
    const learner = learnerByName(name);
    const options = name === "ridge" ? {} : { C };
    const before = process.cpuUsage();
    const { training, options: all } = await fit(learner, data, {
      runtime,
      seed: 1,
      stream: "training times",
      options,
    });
    const { user, system } = process.cpuUsage(before);
    const [seconds, estimate] = [(user + system) / 1e6, learner.estimates.fit(all, size)];
    console.log(
      `${seed} ${size.rows} x ${size.features}, ${size.perRow} a row, C ${C}, noise ${noise.toFixed(2)}: ${name} ` +
        `${seconds.toFixed(2)} s, estimated ${estimate.toFixed(2)} (${(estimate / seconds).toPrecision(2)}) ` +
        `${training.iterations ?? ""} ${training.supportVectors ?? ""} load ${loadavg()[0].toFixed(0)}`,
    );
  }
}
