// How long does a random forest take, beside scikit-learn's?
//
//   npm run build && CAROM_DATA=FOLDER node bench/peers/learners/forest.mjs

import { learners, runtimeFrom, fit as train } from "@carom/core";
import * as ort from "onnxruntime-node";
import { conditions, interleave, printTable, startPeer, timeCalls } from "../../paired.mjs";
import { digits } from "./digits.mjs";

const runtime = runtimeFrom(ort);
const peers = [await startPeer("learners/forest.py", 1), await startPeer("learners/forest.py", 2)];
const rows = [];
for (const n of [5900]) {
  const data = digits(n);
  for (const [trees, depth] of [
    [100, null],
    [100, 6],
    [30, null],
    [30, 8],
  ]) {
    const ours = () => train(learners.forest, data, { runtime, seed: 0, label: "bench", options: { trees, depth } });
    const job = `${n}:${trees}:${depth ?? "None"}`;
    const [own, one, two] = await interleave([
      (repeats) => timeCalls(ours, repeats),
      ...peers.map((peer) => (/** @type {number} */ repeats) => peer.time(job, repeats)),
    ]);
    rows.push([
      `n ${n}, ${trees} trees, depth ${depth ?? "unlimited"}`,
      ...[own, one, two].map(({ seconds }) => seconds.toFixed(3)),
      one.wall.toFixed(2),
      one.cpu.toFixed(2),
      two.wall.toFixed(2),
    ]);
  }
}
console.log("Seconds to fit a random forest on MNIST 8 and 9 (ours: one thread, ONNX model included)");
console.log(conditions(peers[0].versions));
printTable(["", "Carom", "scikit-learn", "2 jobs", "1 job / Carom", "by processor time", "2 jobs / Carom"], rows);
for (const peer of peers) peer.close();
