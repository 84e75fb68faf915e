// Trains a target and a stand-in on different rows, attacks the stand-in, and counts how often the target errs.

import { argMax, craftEvasion, dataset, denseRows, errorRate, fit, l2, learnerByName, openModel } from "@carom/core";
import { type Ort, runtimeFrom, splitHalves, stream, takeRows, tensor } from "@carom/core";
import * as ort from "onnxruntime-node";

const [runtime, random] = [runtimeFrom(ort as unknown as Ort), stream(0, "points")];
const labels = Array.from({ length: 400 }, (_, i) => i % 2);
const values = labels.flatMap((label) => Array.from({ length: 20 }, () => random.normal() + label));
const data = dataset({ features: tensor("float32", [400, 20], values), labels });
const [mine, theirs] = splitHalves(data, random).map((rows) => takeRows(data, rows));
const target = await fit(learnerByName("mlp"), theirs, { runtime, seed: 0, label: "target" });
const standIn = await fit(learnerByName("logistic"), mine, { runtime, seed: 0, label: "stand-in" });
const [judge, surrogate] = [await openModel(runtime, target.model), await openModel(runtime, standIn.model)];
const task = { model: standIn.model, opened: surrogate.differentiable!, pool: mine, seed: 0 };
const points = { x: denseRows(mine), labels: mine.labels, threat: { norm: l2, domain: mine.domain } };
const results = await craftEvasion({ ...task, ...points, epsilons: [0.5, 1, 2] });
for (const crafted of [{ points: denseRows(mine), size: [0] }, ...results]) {
  const { estimate, low, high } = errorRate(argMax(await judge.scores(crafted.points)), mine.labels);
  console.log(`epsilon ${Math.max(...crafted.size).toFixed(2)}: the target errs on ${estimate} (${low} to ${high})`);
}
