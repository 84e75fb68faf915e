// How often does an interval of a mean hold the mean, where values are skewed or have heavy tails?
//
//   npm run build && node bench/coverage.mjs [rounds] [n ...]
//
// Prints the share of intervals at 95 % that hold the true mean, of `meanInterval` and of two others, by distribution
// and number of values. The table in docs/method.md is that of 1,000 rounds at n = 20, 50, 200: some minutes.

import { stream } from "@carom/core";
import { bootstrap, meanInterval } from "@carom/core/stats";

const [rounds = 1000, ...given] = process.argv.slice(2).map(Number);
const sizes = given.length > 0 ? given : [20, 50, 200];

/** @typedef {import("@carom/core").Stream} Stream */
/** @param {number} sigma @returns {(random: Stream) => number} */
const logNormal = (sigma) => (random) => Math.exp(sigma * random.normal());
/** @param {number} a @returns {(random: Stream) => number} */
const pareto = (a) => (random) => (1 - random.uniform()) ** (-1 / a);
/** @param {number} centre @param {number} spread @returns {(random: Stream) => number} */
const saturated = (centre, spread) => (random) => 1 / (1 + Math.exp(centre + spread * random.normal()));

/** The mean of a function of a normal variable. @param {(z: number) => number} f */
const normalMean = (f) => {
  let [sum, weight] = [0, 0];
  for (let z = -12; z <= 12; z += 1e-3) {
    sum += f(z) * Math.exp((-z * z) / 2);
    weight += Math.exp((-z * z) / 2);
  }
  return sum / weight;
};

/** @type {[string, (random: Stream) => number, number][]} */
const distributions = [
  ["normal", (random) => random.normal(), 0],
  ["uniform", (random) => random.uniform(), 0.5],
  ["exponential", (random) => -Math.log(1 - random.uniform()), 1],
  ["squared normal (gamma 1/2)", (random) => random.normal() ** 2, 1],
  ["log-normal, sigma 0.5", logNormal(0.5), Math.exp(0.125)],
  ["log-normal, sigma 1", logNormal(1), Math.exp(0.5)],
  ["log-normal, sigma 1.5", logNormal(1.5), Math.exp(1.125)],
  ["log-normal, sigma 2", logNormal(2), Math.exp(2)],
  ["1 in 20", (random) => (random.uniform() < 0.05 ? 1 : 0), 0.05],
  ["gradient of a saturated model", saturated(4, 3), normalMean((z) => 1 / (1 + Math.exp(4 + 3 * z)))],
  [
    "Student, 3 degrees",
    (random) => random.normal() / Math.hypot(random.normal(), random.normal(), random.normal()),
    0,
  ],
  ["Pareto, a = 3", pareto(3), 1.5],
  ["Pareto, a = 2.2", pareto(2.2), 2.2 / 1.2],
  ["Pareto, a = 1.5", pareto(1.5), 3],
];

/** @type {Record<string, (x: Float64Array, round: number) => { low: number, high: number } | undefined>} */
const methods = {
  percentile: (x, round) => resampled(x, round, "percentile"),
  bca: (x, round) => resampled(x, round, "bca"),
  meanInterval: (x) => meanInterval(x, { seed: 1 }),
};

/** @param {Float64Array} x @param {number} round @param {"percentile" | "bca"} method */
function resampled(x, round, method) {
  const random = stream(2, method, x.length, round);
  /** @param {Int32Array} points */
  const average = (points) => {
    let sum = 0;
    for (const i of points) sum += x[i];
    return sum / points.length;
  };
  return bootstrap(x.length, average, { random, resamples: 1000, method });
}

console.log(`${rounds} rounds; share in % that holds the mean, at n = ${sizes.join(", ")}\n`);
console.log(`| values | ${Object.keys(methods).join(" | ")} |`);
console.log(
  `| --- | ${Object.keys(methods)
    .map(() => "---")
    .join(" | ")} |`,
);
for (const [name, draw, truth] of distributions) {
  const covered = Object.values(methods).map(() => sizes.map(() => 0));
  sizes.forEach((n, size) => {
    const random = stream(1, "coverage", name, n);
    for (let round = 0; round < rounds; round++) {
      const x = Float64Array.from({ length: n }, () => draw(random));
      Object.values(methods).forEach((method, m) => {
        const found = method(x, round);
        if (found && found.low <= truth && truth <= found.high) covered[m][size]++;
      });
    }
  });
  const cells = covered.map((counts) => counts.map((count) => ((100 * count) / rounds).toFixed(0)).join(", "));
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
