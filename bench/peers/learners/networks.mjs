// How long does the training of networks take, beside PyTorch?
//
//   npm run build && CAROM_DATA=FOLDER node bench/peers/learners/networks.mjs [threads]

import { learners, runtimeFrom, fit as train } from "@carom/core";
import * as ort from "onnxruntime-node";
import { conditions, interleave, printTable, startPeer, threadCounts, timeCalls } from "../../paired.mjs";
import { digits } from "./digits.mjs";

const rows = [];
let versions = {};
for (const threads of threadCounts) {
  const runtime = runtimeFrom(ort, { threads });
  const peer = await startPeer("learners/networks.py", threads);
  versions = peer.versions;
  for (const n of [1000, 5900, 11800]) {
    const data = digits(n);
    const tasks = [
      ...[
        [50, 64],
        [200, 64],
        [200, 100],
      ].map(([width, batch]) => ({
        job: `mlp:${width}:${n}:${batch}`,
        title: `mlp ${width}-${width}, batch ${batch}, 5 epochs`,
        learner: learners.mlp,
        options: { widths: [width, width], batch, epochs: 5 },
      })),
      { job: `cnn:${n}`, title: "cnn, batch 128, 1 epoch", learner: learners.cnn, options: { epochs: 1 } },
    ];
    for (const { job, title, learner, options } of tasks) {
      const ours = () => train(learner, data, { runtime, seed: 0, stream: "bench", options });
      const [own, theirs] = await interleave([
        (repeats) => timeCalls(ours, repeats),
        (repeats) => peer.time(job, repeats),
      ]);
      rows.push([
        `n ${n}, ${title}, ${threads} thread${threads > 1 ? "s" : ""}`,
        own.seconds.toFixed(3),
        theirs.seconds.toFixed(3),
        theirs.wall.toFixed(2),
        theirs.cpu.toFixed(2),
      ]);
    }
  }
  peer.close();
}
console.log("Seconds to train on MNIST 8 and 9 (ours: graphs compiled and ONNX model written included)");
console.log(conditions(versions));
printTable(["", "Carom", "PyTorch", "PyTorch / Carom", "by processor time"], rows);
