// How many input gradients per second, beside PyTorch (for deep nets with channels last too) and, for the MLP, beside
// the matrix products alone and beside the same graph whose gradients stay inside the runtime?
//
//   npm run build && node bench/inputGradients.mjs [threads] [network]

import { openModel, runtimeFrom, stream, tensor, writeModel } from "@carom/core";
import { modelFromGraph } from "@carom/core/models";
import { GraphBuilder, modelOf } from "@carom/core/onnx";
import * as ort from "onnxruntime-node";
import { batchOf, cnn, mlp, resnet18, scoresModel } from "./networks.mjs";
import { conditions, interleave, printTable, startPeer, threadCounts, timeCalls } from "./paired.mjs";

/** The six products of the MLP's scores and input gradient, and nothing else: what no implementation goes below. */
async function productsAlone(runtime, batch) {
  const random = stream(2, "bench");
  const matrix = (rows, columns) =>
    tensor(
      "float32",
      [rows, columns],
      Float32Array.from({ length: rows * columns }, () => random.uniform()),
    );
  const g = new GraphBuilder();
  const feeds = {};
  [
    [784, 200],
    [200, 200],
    [200, 2],
    [2, 200],
    [200, 200],
    [200, 784],
  ].forEach(([inner, columns], i) => {
    const left = g.input(`a${i}`, "float32", ["N", inner]);
    feeds[left] = matrix(batch, inner);
    g.output(g.node("MatMul", [left, g.constant(matrix(inner, columns))]));
  });
  const session = await runtime.compile(writeModel(modelOf(g.graph())));
  // One result is enough to fetch: all are computed.
  return () => session.run(feeds, [session.outputs[0].name]);
}

/** A runtime whose sessions compute all outputs each time, and hand over the last one only the first time. */
function keepingLast(runtime) {
  const compile = async (model) => {
    const session = await runtime.compile(model);
    let kept;
    const run = async (feeds, fetch = session.outputs.map(({ name }) => name)) => {
      if (!kept) kept = await session.run(feeds, fetch);
      return { ...kept, ...(await session.run(feeds, fetch.slice(0, 1))) };
    };
    return { ...session, run };
  };
  return { ...runtime, compile };
}

const rows = [];
let versions = {};
for (const threads of threadCounts) {
  const runtime = runtimeFrom(ort, { threads });
  const peer = await startPeer("networks.py", threads);
  versions = peer.versions;
  for (const [name, make, batch] of [
    ["mlp", mlp, 1000],
    ["cnn", cnn, 100],
    ["cnn", cnn, 1000],
    ["resnet18 at 64", () => resnet18(64), 64],
    ["resnet18 at 224", () => resnet18(224), 32],
  ]) {
    if (process.argv[3] && !name.startsWith(process.argv[3])) continue;
    const network = make();
    const model = await openModel(runtime, modelFromGraph(scoresModel(network)));
    const { x, labels } = batchOf(network, batch);
    const sides = [
      (n) => timeCalls(() => model.differentiable.inputGradient("crossEntropy", x, labels), n),
      (n) => peer.time(`inputGradient:${name}:${batch}`, n),
    ];
    const isMlp = name === "mlp";
    const isDeep = name.startsWith("resnet18");
    if (isMlp) {
      const products = await productsAlone(runtime, batch);
      sides.push((n) => timeCalls(products, n));
      const { differentiable } = await openModel(keepingLast(runtime), modelFromGraph(scoresModel(network)));
      sides.push((n) => timeCalls(() => differentiable.inputGradient("crossEntropy", x, labels), n));
    }
    if (isDeep) sides.push((n) => peer.time(`inputGradientChannelsLast:${name}:${batch}`, n));
    const [ours, theirs, third, inside] = await interleave(sides);
    rows.push([
      `${name}, batch ${batch}, ${threads} thread${threads > 1 ? "s" : ""}`,
      (batch / ours.seconds).toFixed(0),
      (batch / theirs.seconds).toFixed(0),
      theirs.wall.toFixed(2),
      theirs.cpu.toFixed(2),
      isDeep ? third.wall.toFixed(2) : "",
      isMlp ? (1 / third.cpu).toFixed(2) : "",
      isMlp ? (1 / inside.cpu).toFixed(2) : "",
    ]);
    await model.close();
  }
  peer.close();
}
console.log(
  "Input gradients per second (scores and cross-entropy included); the last two: processor time as a multiple",
);
console.log(conditions(versions));
printTable(
  ["", "Carom", "PyTorch", "Carom / PyTorch", "by processor time", "channels last", "products alone", "kept inside"],
  rows,
);
