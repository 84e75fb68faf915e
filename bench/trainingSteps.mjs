// How many steps of training per second (batch 100, momentum, weight decay, rows drawn anew), beside PyTorch?
//
//   npm run build && node bench/trainingSteps.mjs

import { runtimeFrom, stream } from "@carom/core";
import * as ort from "onnxruntime-node";
import { trainSgd } from "../packages/core/dist/learners/sgd.js";
import { batchOf, cnn, mlp } from "./networks.mjs";
import { conditions, interleave, printTable, startPeer } from "./paired.mjs";

const batch = 100;
/** Steps of an epoch: what one measurement of either side does. */
const steps = 20;

/** Seconds of each of `repeats` epochs, of which the first starts after compilation and one more epoch. */
async function timeEpochs(runtime, network, data, unroll, repeats) {
  const ends = [];
  await trainSgd(runtime, network, data, {
    learningRate: 0.01,
    milestones: [],
    factor: 1,
    momentum: 0.9,
    weightDecay: 1e-3,
    epochs: repeats + 1,
    batch,
    unroll,
    random: (label) => stream(3, label),
    onProgress: () => ends.push(performance.now()),
  });
  return ends.slice(1).map((end, i) => (end - ends[i]) / 1000);
}

const rows = [];
let versions = {};
for (const threads of [1, 2]) {
  const runtime = runtimeFrom(ort, { threads });
  const peer = await startPeer("networks.py", threads);
  versions = peer.versions;
  for (const [name, network, unroll] of [
    ["mlp", mlp(), 10],
    ["cnn", cnn(), 1],
  ]) {
    const data = batchOf(network, batch * steps);
    const [ours, theirs] = await interleave([
      (n) => timeEpochs(runtime, network, data, unroll, n),
      (n) => peer.time(`trainingSteps:${name}:${batch}`, n),
    ]);
    rows.push([
      `${name}, batch ${batch}, ${threads} thread${threads > 1 ? "s" : ""}`,
      (steps / ours.seconds).toFixed(0),
      (steps / theirs.seconds).toFixed(0),
      theirs.ratio.toFixed(2),
    ]);
  }
  peer.close();
}
console.log("Training steps per second");
console.log(conditions(versions));
printTable(["", "Carom", "PyTorch", "Carom / PyTorch"], rows);
