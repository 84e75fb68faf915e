// node bench/peers/tables.mjs FOLDER EPSILON...: CAPGD of the folder that tables.py made, with and without the chain
// rule through columns that are computed from others. Without it the gradient is the network's own, as the peer takes
// it, and the columns are computed again after each step. Writes without-capgd-EPSILON.npz; tables.py counts.

import { readFileSync, writeFileSync } from "node:fs";
import * as carom from "@carom/core";
import { capgdAttack, runAttack } from "@carom/core/attacks";
import { writeNpz } from "@carom/core/data";
import { featureSchema, resolveFeatures, threatOfFeatures } from "@carom/core/features";
import * as ort from "onnxruntime-node";
import { parse } from "yaml";

const [folder, ...budgets] = process.argv.slice(2);
const runtime = carom.runtimeFrom(ort);
const [header, ...lines] = readFileSync(`${folder}/attacked.csv`, "utf8").trim().split("\n");
const rows = lines.map((line) => line.split(",").map(Number));
const featureNames = header.split(",").slice(0, -1);
const d = featureNames.length;
const data = carom.dataset({
  features: carom.tensor("float64", [rows.length, d], Float64Array.from(rows.flatMap((row) => row.slice(0, d)))),
  labels: rows.map((row) => row[d]),
  featureNames,
});
const text = readFileSync(`${folder}/features.yaml`, "utf8");
const features = resolveFeatures(featureSchema.parse(parse(text)), data);
const threat = threatOfFeatures(features, "l2");
const model = carom.modelFromBytes(readFileSync(`${folder}/network.onnx`));
const opened = (await carom.openModel(runtime, model)).differentiable;

/** CAPGD that sees the slopes of the network by all columns, computed ones too. */
const withoutChainRule = (context) =>
  capgdAttack({ steps: 10, restarts: 1 })({
    ...context,
    async gradient(points, indices) {
      const x = carom.tensor("float32", [points.rows, d], Float32Array.from(points.data));
      const { gradient } = await opened.inputGradient(
        "margin",
        x,
        indices.map((i) => data.labels[i]),
      );
      return { ...points, data: gradient.data };
    },
  });

for (const epsilon of budgets.map(Number)) {
  const task = {
    models: [opened],
    x: carom.denseRows(data),
    labels: data.labels,
    threat: { ...threat, epsilon },
    seed: 1,
  };
  for (const [name, attack] of [
    ["without", withoutChainRule],
    ["with", capgdAttack({ steps: 10, restarts: 1 })],
  ]) {
    const { points, objective } = await runAttack(attack, task);
    writeFileSync(`${folder}/${name}-capgd-${epsilon}.npz`, writeNpz({ x: points }));
    console.log(
      `${name} the chain rule, epsilon ${epsilon}: ${objective.filter((value) => value > 0).length} rows err`,
    );
  }
}
