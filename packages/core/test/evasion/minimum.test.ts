// The smallest budget at which a model errs, on models where it is known.

import { describe, expect, test } from "vitest";
import { flipAttack } from "../../src/attacks/evasion/flips.ts";
import { lineSearchAttack } from "../../src/attacks/evasion/lineSearch.ts";
import { minimumEpsilon } from "../../src/attacks/evasion/minimum.ts";
import { runAttack } from "../../src/attacks/run.ts";
import { type Dataset, denseRows, takeRows } from "../../src/data/dataset.ts";
import { fit } from "../../src/learners/fit.ts";
import { learnerByName } from "../../src/learners/registry.ts";
import { argMax } from "../../src/models/losses.ts";
import { openModel } from "../../src/models/open.ts";
import { l0, l1, l2, linf } from "../../src/threat/norm.ts";
import type { ThreatModel } from "../../src/threat/threat.ts";
import {
  bestIncrease,
  binaryPoints,
  boundsOf,
  boxPoints,
  marginOf,
  openLinear,
  randomFunctions,
  rowAt,
  runtime,
} from "../linearWorld.ts";

const seed = 3;
const d = 60;

describe.each([l1, l2, linf])("minimum epsilon on a linear model, $label", (norm) => {
  test.each([undefined, "add"] as const)("direction %s: the root of the closed form", async (direction) => {
    const data = boxPoints(seed, 40, d);
    // Far from some points, so that no admissible perturbation reaches the other side.
    const [{ weights, bias }] = randomFunctions(seed, 1, d);
    const f = { weights, bias: bias + 0.8 };
    const { opened } = await openLinear([f], data);
    const threat = { norm, domain: data.domain, ...(direction && { direction }) } as const;
    const x = denseRows(data);
    const tolerance = 1e-4;
    const task = { attack: lineSearchAttack(), models: [opened], x, labels: data.labels, threat, seed, tolerance };
    const { epsilon, points, objective } = await minimumEpsilon(task);
    const predicted = argMax(await opened.scores(points));
    const counts = { already: 0, never: 0, between: 0 };
    data.labels.forEach((label, i) => {
      const row = rowAt(data, i);
      const { slopes, clean } = marginOf(f, row, label);
      const bounds = boundsOf(threat, row);
      const reachable = clean + bestIncrease(norm.name, slopes, row, 1e6, bounds);
      if (clean > 0) {
        counts.already++;
        expect(epsilon[i]).toBe(0);
      } else if (reachable <= 0) {
        counts.never++;
        expect(epsilon[i]).toBe(Number.POSITIVE_INFINITY);
        expect(predicted[i]).toBe(label);
      } else {
        counts.between++;
        let [low, high] = [0, 1e4];
        for (let k = 0; k < 100; k++) {
          const middle = (low + high) / 2;
          if (clean + bestIncrease(norm.name, slopes, row, middle, bounds) > 0) high = middle;
          else low = middle;
        }
        expect(Math.abs(epsilon[i] - high)).toBeLessThanOrEqual(3 * tolerance * high + 1e-5);
        expect(objective[i]).toBeGreaterThan(0);
        expect(predicted[i]).not.toBe(label);
        const moved = points.data.subarray(i * d, (i + 1) * d);
        expect(norm.measure(Float64Array.from(moved, (v, j) => v - row[j]))).toBeLessThanOrEqual(
          epsilon[i] * (1 + 1e-5) + 1e-6,
        );
      }
    });
    expect(counts.already).toBeGreaterThan(0);
    expect(counts.between).toBeGreaterThan(5);
    if (direction === "add") expect(counts.never).toBeGreaterThan(0);
  });
});

test("L0: the least number of features that have to go over all of their room", async () => {
  const data = boxPoints(seed, 40, d);
  const [f] = randomFunctions(seed, 1, d);
  const { opened } = await openLinear([f], data);
  const threat: ThreatModel = { norm: l0, domain: data.domain };
  const task = { attack: lineSearchAttack(), models: [opened], x: denseRows(data), labels: data.labels, threat, seed };
  const { epsilon } = await minimumEpsilon(task);
  data.labels.forEach((label, i) => {
    const row = rowAt(data, i);
    const { slopes, clean } = marginOf(f, row, label);
    let count = 0;
    while (count < d && !(clean + bestIncrease("l0", slopes, row, count, boundsOf(threat, row)) > 1e-6)) count++;
    expect(epsilon[i]).toBe(count);
  });
  expect(new Set(epsilon).size).toBeGreaterThan(3);
});

test("additions to binary features: the least number of changes", async () => {
  const data = binaryPoints(seed, 40, d);
  const [f] = randomFunctions(seed, 1, d);
  const { opened } = await openLinear([f], data);
  const threat: ThreatModel = { norm: l1, domain: data.domain, direction: "add" };
  const task = { attack: flipAttack(), models: [opened], x: denseRows(data), labels: data.labels, threat, seed };
  const { epsilon } = await minimumEpsilon(task);
  data.labels.forEach((label, i) => {
    const row = rowAt(data, i);
    const { slopes, clean } = marginOf(f, row, label);
    const gains = [...slopes].filter((slope, j) => slope > 0 && row[j] === 0).sort((a, b) => b - a);
    let [value, changes] = [clean, 0];
    while (value <= 0 && changes < gains.length) value += gains[changes++];
    expect(epsilon[i]).toBe(value > 0 ? changes : Number.POSITIVE_INFINITY);
  });
});

test("on a network: every answer is confirmed by the model, and half of it does not do", async () => {
  const data = boxPoints(seed, 120, 20);
  const labels = Int32Array.from(data.labels, (_, i) => {
    const row = rowAt(data, i);
    return row[0] + row[1] * row[2] - row[3] > 0.4 ? 1 : 0;
  });
  const learnable: Dataset = { ...data, labels };
  const { model } = await fit(learnerByName("mlp"), learnable, {
    runtime,
    seed,
    stream: "test",
    options: { epochs: 150 },
  });
  const opened = (await openModel(runtime, model)).differentiable!;
  const threat = { norm: l2, domain: data.domain };
  const attack = lineSearchAttack();
  const task = { attack, models: [opened], x: denseRows(learnable), labels, threat, seed };
  const { epsilon, points } = await minimumEpsilon(task);
  const predicted = argMax(await opened.scores(points));
  labels.forEach((label, i) => {
    if (Number.isFinite(epsilon[i])) expect(predicted[i]).not.toBe(label);
  });
  const answered = Int32Array.from(labels.keys()).filter((i) => epsilon[i] > 0 && Number.isFinite(epsilon[i]));
  expect(answered.length).toBeGreaterThan(80);
  const some = takeRows(learnable, answered);
  const half = await runAttack(attack, {
    models: [opened],
    x: denseRows(some),
    labels: some.labels,
    threat: { ...threat, epsilon: Float64Array.from(answered, (i) => epsilon[i] / 2) },
    seed,
  });
  expect(half.objective.every((value) => value <= 0)).toBe(true);
});
