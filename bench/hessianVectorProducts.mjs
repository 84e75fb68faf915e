// How many products of the loss's Hessian by the weights with a vector per second, beside PyTorch?
//
//   npm run build && node bench/hessianVectorProducts.mjs [threads]

import { runtimeFrom, tensor, writeModel } from "@carom/core";
import * as ort from "onnxruntime-node";
import { batchOf, cnn, hessianVectorProduct, mlp } from "./networks.mjs";
import { conditions, interleave, printTable, startPeer, threadCounts, timeCalls } from "./paired.mjs";

const batch = 100;
const rows = [];
let versions = {};
for (const threads of threadCounts) {
  const runtime = runtimeFrom(ort, { threads });
  const peer = await startPeer("networks.py", threads);
  versions = peer.versions;
  for (const [name, network] of [
    ["mlp", mlp()],
    ["cnn", cnn()],
  ]) {
    const session = await runtime.compile(writeModel(hessianVectorProduct(network)));
    const { x, labels } = batchOf(network, batch);
    const oneHot = new Float32Array(2 * batch);
    labels.forEach((label, i) => {
      oneHot[2 * i + label] = 1;
    });
    const directions = [...network.weights].map(([weight, value]) => [`v:${weight}`, value]);
    const feeds = { x, labels: tensor("float32", [batch, 2], oneHot), ...Object.fromEntries(directions) };
    const [ours, theirs] = await interleave([
      (n) => timeCalls(() => session.run(feeds), n),
      (n) => peer.time(`hessianVectorProduct:${name}:${batch}`, n),
    ]);
    rows.push([
      `${name}, batch ${batch}, ${threads} thread${threads > 1 ? "s" : ""}`,
      (1 / ours.seconds).toFixed(1),
      (1 / theirs.seconds).toFixed(1),
      theirs.wall.toFixed(2),
      theirs.cpu.toFixed(2),
    ]);
    await session.release();
  }
  peer.close();
}
console.log("Hessian-vector products per second");
console.log(conditions(versions));
printTable(["", "Carom", "PyTorch", "Carom / PyTorch", "by processor time"], rows);
