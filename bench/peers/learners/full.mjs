// Can one binary kernel machine be trained on all of MNIST (digit 8 against the rest, 60,000 rows), and in what memory?
//
//   npm run build && CAROM_DATA=FOLDER node bench/peers/learners/full.mjs [C]
//
// CAROM_DATA holds mnist/train-*.gz. The aim is 5 minutes and 1.5 GB, data included.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dataset, learners, runtimeFrom, fit as train } from "@carom/core";
import { gunzip, readIdx } from "@carom/core/data";
import * as ort from "onnxruntime-node";
import { startLap } from "../../paired.mjs";

const read = (/** @type {string} */ name) =>
  readIdx(gunzip(readFileSync(join(process.env.CAROM_DATA ?? "", "mnist", `train-${name}-ubyte.gz`))));
const data = dataset({
  features: read("images-idx3"),
  labels: Array.from(read("labels-idx1").data, (label) => Number(label === 8)),
});
const options = { C: Number(process.argv[2] ?? 1), gamma: 0.01 };
const times = { wall: [], cpu: [] };
const lap = startLap();
const { training } = await train(learners["svm-rbf"], data, {
  runtime: runtimeFrom(ort),
  seed: 0,
  stream: "full",
  options,
});
lap(times);
const gigabytes = (process.resourceUsage().maxRSS / 2 ** 20).toFixed(2);
console.log(
  `C ${options.C}: ${times.wall[0].toFixed(0)} s (${times.cpu[0].toFixed(0)} s of processor), ${gigabytes} GB`,
);
console.log(training);
