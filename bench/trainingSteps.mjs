// How many steps of training per second (batch 100, momentum, weight decay, rows drawn anew), beside PyTorch?
//
//   npm run build && node bench/trainingSteps.mjs [threads]

import { runtimeFrom, stream } from "@carom/core";
import * as ort from "onnxruntime-node";
import { trainSgd } from "../packages/core/dist/learners/networks/sgd.js";
import { batchOf, cnn, mlp } from "./networks.mjs";
import { conditions, interleave, printTable, startLap, startPeer, threadCounts } from "./paired.mjs";

const batch = 100;
/** Steps of an epoch: what one measurement of either side does. */
const steps = 20;

/** Times of `repeats` epochs, after compilation and one more epoch. */
async function timeEpochs(runtime, network, data, unroll, repeats) {
  const times = { wall: [], cpu: [] };
  let lap;
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
    onProgress() {
      lap?.(times);
      lap = startLap();
    },
  });
  return times;
}

const rows = [];
let versions = {};
for (const threads of threadCounts) {
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
      theirs.wall.toFixed(2),
      theirs.cpu.toFixed(2),
    ]);
  }
  peer.close();
}
console.log("Training steps per second");
console.log(conditions(versions));
printTable(["", "Carom", "PyTorch", "Carom / PyTorch", "by processor time"], rows);
