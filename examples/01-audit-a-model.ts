// Trains a target and a stand-in on different rows, attacks the stand-in, and counts how often the target errs.

import * as carom from "@carom/core";
import * as ort from "onnxruntime-node";

const runtime = carom.runtimeFrom(ort);
const random = carom.stream(0, "points");
const labels = Array.from({ length: 400 }, (_, i) => i % 2);
const values = labels.flatMap((label) => Array.from({ length: 20 }, () => random.normal() + label));
const data = carom.dataset({ features: carom.tensor("float32", [400, 20], values), labels });
const [mine, theirs] = carom.splitHalves(data, random).map((rows) => carom.takeRows(data, rows));

const { model: target } = await carom.fit(carom.learnerByName("mlp"), theirs, { runtime, seed: 0, stream: "target" });
const { model } = await carom.fit(carom.learnerByName("logistic"), mine, { runtime, seed: 0, stream: "stand-in" });
const judge = await carom.openModel(runtime, target);
const opened = (await carom.openModel(runtime, model)).differentiable!;

const points = { x: carom.denseRows(mine), labels: mine.labels, threat: { norm: carom.l2, domain: mine.domain } };
const attack = { model, opened, ...points, pool: mine, seed: 0 };
for (const epsilon of [0.5, 1, 2]) {
  const [crafted] = await carom.craftEvasion({ ...attack, epsilons: [epsilon] });
  const { estimate, low, high } = carom.errorRate(carom.argMax(await judge.scores(crafted.points)), mine.labels);
  console.log(`epsilon ${epsilon}: the target errs on ${estimate} of the points, 95 % interval ${low} to ${high}`);
}
