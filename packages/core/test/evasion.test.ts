// The attack against models whose optimal attack is known in closed form, and against the paper's curves.

import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { craftEvasion } from "../src/attacks/evasion/craft.ts";
import { lineSearchAttack } from "../src/attacks/evasion/lineSearch.ts";
import { runAttack } from "../src/attacks/run.ts";
import type { AttackResult } from "../src/attacks/task.ts";
import { type Dataset, dataset, denseRows, featureCount, rowCount, takeRows } from "../src/data/dataset.ts";
import { stratifiedSplit } from "../src/data/split.ts";
import { fit } from "../src/learners/fit.ts";
import { type LinearFunction, linearModel } from "../src/learners/linearModel.ts";
import { learnerByName } from "../src/learners/registry.ts";
import { argMax } from "../src/models/losses.ts";
import { type Model, modelFromGraph } from "../src/models/model.ts";
import { openModel } from "../src/models/open.ts";
import { runtimeFrom } from "../src/models/runtime.ts";
import { stream } from "../src/random.ts";
import { tensor } from "../src/tensor.ts";
import { l2 } from "../src/threat/norm.ts";
import { errorRate } from "../src/transfer/rates.ts";
import { mnist89 } from "./mnist.ts";

const runtime = runtimeFrom(ort);
const seed = 7;

/** Points in [0, 1]^d, a share of their features on the faces of the box, as in images. */
function points(n: number, d: number, classes: number): Dataset {
  const random = stream(seed, "points", n, d);
  const value = () => (random.uniform() < 0.4 ? Math.round(random.uniform()) : random.uniform());
  return dataset({
    features: tensor("float32", [n, d], Float32Array.from({ length: n * d }, value)),
    labels: Array.from({ length: n }, (_, i) => i % classes),
    domain: [0, 1],
  });
}

function linearFunctions(count: number, d: number): LinearFunction[] {
  const random = stream(seed, "weights", d);
  return Array.from({ length: count }, () => ({
    weights: Float64Array.from({ length: d }, () => (random.uniform() < 0.2 ? 0 : random.normal())),
    bias: random.normal(),
  }));
}

async function craft(model: Model, attacked: Dataset, epsilons: readonly number[], pool = attacked) {
  const opened = await openModel(runtime, model);
  const results = await craftEvasion({
    model,
    opened: opened.differentiable!,
    x: denseRows(attacked),
    labels: attacked.labels,
    threat: { norm: l2, domain: attacked.domain },
    epsilons,
    pool,
    seed,
  });
  return { opened, results };
}

/** How far a result leaves ball and box at most. */
function violation(
  { points: { data } }: AttackResult,
  { features }: { features: Dataset["features"] },
  epsilon: number,
) {
  const x = (features as { data: Float32Array }).data;
  const n = (features as { shape: readonly number[] }).shape[0];
  const d = x.length / n;
  let worst = 0;
  for (let i = 0; i < n; i++) {
    let squares = 0;
    for (let j = i * d; j < (i + 1) * d; j++) {
      squares += (data[j] - x[j]) ** 2;
      worst = Math.max(worst, -data[j], data[j] - 1);
    }
    worst = Math.max(worst, Math.sqrt(squares) - epsilon);
  }
  return worst;
}

describe("line-search attack on linear models", () => {
  const epsilons = [0.3, 1, 2, 5];

  test("never leaves ball or box by more than rounding, for several classes too", async () => {
    const data = points(40, 60, 3);
    const { results } = await craft(modelFromGraph(linearModel(linearFunctions(3, 60), data)), data, epsilons);
    results.forEach((result, e) => {
      expect(violation(result, data, epsilons[e])).toBeLessThanOrEqual(1e-6);
    });
  });

  test("raises the objective of every point with the budget, so white-box error is monotone", async () => {
    const data = points(60, 60, 3);
    const { results } = await craft(modelFromGraph(linearModel(linearFunctions(3, 60), data)), data, epsilons);
    for (let e = 1; e < epsilons.length; e++) {
      results[e].objective.forEach((value, i) => {
        expect(value).toBeGreaterThanOrEqual(results[e - 1].objective[i] - 1e-4);
      });
    }
  });

  test("does not depend on the batch a point is in", async () => {
    const data = points(30, 50, 3);
    const model = modelFromGraph(linearModel(linearFunctions(3, 50), data));
    const opened = (await openModel(runtime, model)).differentiable!;
    const attack = async (rows: Dataset) =>
      runAttack(lineSearchAttack(), {
        models: [opened],
        x: denseRows(rows),
        labels: rows.labels,
        threat: { norm: l2, domain: data.domain, epsilon: 1 },
        seed,
      });
    const together = await attack(data);
    for (const i of [0, 7, 29]) {
      const alone = await attack(takeRows(data, [i]));
      expect(alone.points.data).toEqual(together.points.data.subarray(i * 50, (i + 1) * 50));
    }
  });
});

describe("line-search attack on a network", () => {
  test("stays in ball and box, beats the closed form of its linearisation, and beats noise by far", async () => {
    const data = points(200, 30, 2);
    const labels = Int32Array.from({ length: 200 }, (_, i) => {
      const row = denseRows(data).data.subarray(i * 30, (i + 1) * 30);
      return row[0] + row[1] * row[2] - row[3] > 0.4 ? 1 : 0;
    });
    const learnable = { ...data, labels };
    const fitted = await fit(learnerByName("mlp"), learnable, {
      runtime,
      seed,
      stream: "test",
      options: { epochs: 200 },
    });
    const epsilons = [0.2, 0.5, 1];
    const { opened, results } = await craft(fitted.model, learnable, epsilons);
    const x = denseRows(learnable);
    const { gradient } = await opened.differentiable!.inputGradient("margin", x, labels);
    for (const [e, result] of results.entries()) {
      expect(violation(result, learnable, epsilons[e])).toBeLessThanOrEqual(1e-6);
      const oneStep = x.data.slice();
      const noise = x.data.slice();
      for (let i = 0; i < 200; i++) {
        const random = stream(seed, "noise", i);
        const row = (values: Float32Array | Float64Array) => Float64Array.from(values.subarray(i * 30, (i + 1) * 30));
        for (const [into, direction] of [
          [oneStep, row(gradient.data)],
          [noise, Float64Array.from({ length: 30 }, () => random.normal())],
        ] as const) {
          const point = row(x.data).map((value, j) => value + 1e6 * direction[j]);
          l2.project(point, row(x.data), epsilons[e], data.domain.lower, data.domain.upper);
          into.set(point, i * 30);
        }
      }
      const meanOf = async (values: Float32Array | Float64Array) => {
        const scores = await opened.scores({ ...x, data: Float32Array.from(values), type: "float32" });
        let sum = 0;
        labels.forEach((label, i) => {
          sum += (scores.data[2 * i + 1 - label] - scores.data[2 * i + label]) / 200;
        });
        return sum;
      };
      const reached = result.objective.reduce((sum, value) => sum + value / 200, 0);
      const clean = await meanOf(x.data);
      expect(reached).toBeGreaterThanOrEqual((await meanOf(oneStep)) - 1e-6);
      expect(reached - clean).toBeGreaterThan(4 * Math.abs((await meanOf(noise)) - clean));
    }
  });
});

describe("white-box curves of the paper on MNIST 8 against 9", () => {
  const data = mnist89();
  const epsilons = [0.25, 0.5, 0.75, 1, 1.25, 1.5];
  // Demontis et al. 2019, Fig. 5, digitised to about .01; clean errors as printed there.
  const curves = [
    { learner: "svm-linear", level: "high", C: 100, clean: 0.03, errors: [0.16, 0.55, 0.847, 0.952, 0.987, 0.995] },
    { learner: "svm-linear", level: "low", C: 0.01, clean: 0.02, errors: [0.04, 0.065, 0.105, 0.194, 0.355, 0.536] },
    { learner: "logistic", level: "high", C: 10, clean: 0.02, errors: [0.1, 0.355, 0.693, 0.878, 0.951, 0.982] },
    { learner: "logistic", level: "low", C: 1, clean: 0.02, errors: [0.06, 0.138, 0.34, 0.604, 0.797, 0.903] },
  ] as const;

  test.skipIf(!data).each(curves)(
    "$learner, C = $C: mean of 5 splits",
    async ({ learner, level, C, clean, errors }) => {
      const { train, test: attacked } = data!;
      expect(rowCount(attacked)).toBe(1983);
      expect(featureCount(attacked)).toBe(784);
      const splits = 5;
      const mean = new Float64Array(epsilons.length);
      let meanClean = 0;
      for (let split = 0; split < splits; split++) {
        const [half] = stratifiedSplit(train, [0.5, 0.5], stream(split, "paper"));
        const { model } = await fit(learnerByName(learner), takeRows(train, half), {
          runtime,
          seed: split,
          stream: "paper",
          options: { C, tolerance: 1e-3 },
        });
        // Every point is attacked once, by the model of one split.
        const share = Int32Array.from(attacked.labels.keys()).filter((i) => i % splits === split);
        const { opened, results } = await craft(model, takeRows(attacked, share), epsilons, train);
        const predicted = argMax(await opened.scores(denseRows(attacked)));
        meanClean += errorRate(predicted, attacked.labels).estimate / splits;
        results.forEach(({ objective }, e) => {
          mean[e] += objective.filter((value) => value > 0).length / objective.length / splits;
        });
      }
      expect(Math.abs(meanClean - clean)).toBeLessThanOrEqual(0.008);
      errors.forEach((error, e) => {
        const steep = level === "high" && epsilons[e] >= 0.5 && epsilons[e] <= 0.75;
        expect(Math.abs(mean[e] - error), `error at epsilon ${epsilons[e]}: ${mean[e]}`).toBeLessThanOrEqual(
          steep ? 0.08 : 0.05,
        );
      });
    },
    120_000,
  );
});
