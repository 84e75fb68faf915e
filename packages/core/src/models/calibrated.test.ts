// A model at an operating point reports exactly the points above the threshold, and keeps its margins' gradients.

import * as ort from "onnxruntime-node";
import { expect, it } from "vitest";
import { dataset } from "../data/dataset.ts";
import { fit } from "../learners/fit.ts";
import { learnerByName } from "../learners/registry.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { detectionScores, operatingPoint } from "../transfer/operatingPoint.ts";
import { calibratedModel } from "./calibrated.ts";
import { argMax } from "./losses.ts";
import { openModel } from "./open.ts";
import { runtimeFrom } from "./runtime.ts";

const runtime = runtimeFrom(ort);
const random = stream(0, "apps");
const values = Float32Array.from({ length: 200 * 8 }, () => (random.uniform() < 0.4 ? 1 : 0));
const labels = Int32Array.from({ length: 200 }, (_, i) => Number(values[8 * i] + values[8 * i + 1] > random.uniform()));
const data = dataset({ features: tensor("float32", [200, 8], values), labels, domain: [0, 1] });
const x = tensor("float32", [200, 8], values);

it.each(["logistic", "forest"])("%s reports a class exactly above the threshold of its false alarms", async (name) => {
  const { model } = await fit(learnerByName(name), data, { runtime, seed: 0, stream: "m" });
  const before = await openModel(runtime, model);
  const detected = detectionScores(await before.scores(x), 1);
  const benign = detected.filter((_, i) => labels[i] === 0);
  const { threshold, falseAlarms } = operatingPoint(benign, 0.1);
  const after = await openModel(runtime, calibratedModel(model, 1, threshold));
  const reported = argMax(await after.scores(x));
  // Scores are float32 there: a point nearer to the threshold than their rounding may fall on either side.
  const clear = [...detected.keys()].filter((i) => Math.abs(detected[i] - threshold) > 1e-6);
  expect(clear.length).toBeGreaterThan(150);
  for (const i of clear) expect(reported[i]).toBe(detected[i] > threshold ? 1 : 0);
  expect(falseAlarms.estimate).toBeLessThanOrEqual(0.1);
  expect(argMax(await before.scores(x))).not.toEqual(reported);
  const gradients = await Promise.all(
    [before, after].map((each) => each.differentiable?.inputGradient("margin", x, data.labels)),
  );
  if (name === "logistic") expect(gradients[1]!.gradient.data).toEqual(gradients[0]!.gradient.data);
  else expect(gradients).toEqual([undefined, undefined]);
});
