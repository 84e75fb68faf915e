// Laws of the convex learners: what holds at any optimum, whatever found it.

import * as fc from "fast-check";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { type Dataset, dataset, takeRows } from "../data/dataset.ts";
import { sparseFromDense } from "../data/sparse.ts";
import { openModel } from "../models/open.ts";
import { runtimeFrom } from "../models/runtime.ts";
import { permutation, stream } from "../random.ts";
import { parseOptions } from "../registry.ts";
import { type Tensor, tensor, toFloat } from "../tensor.ts";
import { fit } from "./fit.ts";
import type { Fit } from "./learner.ts";
import { learners } from "./registry.ts";

const runtime = runtimeFrom(ort);
const noRandom = () => {
  throw new Error("no convex learner draws random numbers");
};

/** Two overlapping clouds in [0, 1]^d, a fifth of the numbers zero. */
function clouds(n: number, d: number, classes = 2): Dataset {
  const random = stream(7, "clouds", n, d, classes);
  const labels = Array.from({ length: n }, (_, i) => i % classes);
  const x = labels.flatMap((label) =>
    Array.from({ length: d }, (_, j) => {
      const value = 0.5 + 0.12 * random.normal() + (j % classes === label ? 0.1 : 0);
      return random.uniform() < 0.2 ? 0 : Math.min(1, Math.max(0, value));
    }),
  );
  return dataset({ features: tensor("float64", [n, d], x), labels, domain: [0, 1] });
}

const cases: [string, Record<string, unknown>][] = [
  ["svm-linear", { C: 5, tolerance: 1e-10 }],
  ["svm-linear", { C: 5, loss: "squared-hinge", tolerance: 1e-8 }],
  ["svm-rbf", { C: 5, gamma: 0.7, tolerance: 1e-10 }],
  ["logistic", { C: 5, tolerance: 1e-11 }],
  ["logistic", { C: 5, tolerance: 1e-11, multinomial: true }],
  ["ridge", { alpha: 0.5 }],
];

async function train(
  name: string,
  data: Dataset,
  options: Record<string, unknown>,
  rowWeights?: Float64Array,
): Promise<Fit> {
  const learner = learners[name];
  return learner.fit(data, parseOptions(learner, options), { runtime, random: noRandom, rowWeights });
}

async function scoresOf(fitted: Fit, data: Dataset): Promise<Float32Array> {
  const { modelFromGraph } = await import("../models/model.ts");
  const opened = await openModel(runtime, modelFromGraph(fitted.model));
  const scores = await opened.scores(toFloat(data.features as Tensor, "float32"));
  return scores.data as Float32Array;
}

function expectClose(a: Float32Array, b: Float32Array, tolerance = 2e-5): void {
  expect(a.length).toBe(b.length);
  a.forEach((value, i) => {
    expect(Math.abs(value - b[i])).toBeLessThan(tolerance * Math.max(1, Math.abs(value)));
  });
}

describe.each(cases)("%s %j", (name, options) => {
  const data = clouds(90, 6);

  it("gives the same function whatever the order of the rows", async () => {
    const order = permutation(stream(1, "order"), 90);
    const [a, b] = [await train(name, data, options), await train(name, takeRows(data, order), options)];
    expect(Math.abs(a.training.objective / b.training.objective - 1)).toBeLessThan(1e-9);
    expectClose(await scoresOf(a, data), await scoresOf(b, data));
  });

  it("takes a repeated row for a row of double weight", async () => {
    const repeated = takeRows(data, [...Array(90).keys(), 3, 4, 5, 5]);
    const weights = new Float64Array(90).fill(1);
    weights[3] = weights[4] = 2;
    weights[5] = 3;
    const [a, b] = [await train(name, repeated, options), await train(name, data, options, weights)];
    expect(Math.abs(a.training.objective / b.training.objective - 1)).toBeLessThan(1e-9);
    expectClose(await scoresOf(a, data), await scoresOf(b, data));
    const plain = await train(name, data, options);
    expect(Math.abs(plain.training.objective / b.training.objective - 1)).toBeGreaterThan(1e-3);
  });

  it("ignores a row of weight zero", async () => {
    const weights = new Float64Array(90).fill(1);
    weights[0] = weights[1] = 0;
    const rest = takeRows(
      data,
      Array.from({ length: 88 }, (_, i) => i + 2),
    );
    const [a, b] = [await train(name, data, options, weights), await train(name, rest, options)];
    expectClose(await scoresOf(a, data), await scoresOf(b, data));
  });

  it("learns the same from sparse rows", async () => {
    const sparse = { ...data, features: sparseFromDense(data.features as Tensor<"float64">) };
    const [a, b] = [await train(name, data, options), await train(name, sparse, options)];
    expectClose(await scoresOf(a, data), await scoresOf(b, data));
  });

  it("balances classes as weights of N / (K N_k) do", async () => {
    const uneven = takeRows(
      data,
      Array.from({ length: 60 }, (_, i) => (i < 45 ? 2 * i : 2 * (i - 45) + 1)),
    );
    const weights = Float64Array.from(uneven.labels, (label) => 60 / (2 * (label === 0 ? 45 : 15)));
    const [a, b] = [
      await train(name, uneven, { ...options, balanced: true }),
      await train(name, uneven, options, weights),
    ];
    expectClose(await scoresOf(a, data), await scoresOf(b, data));
  });

  it("refits to the optimum of a fresh fit, after moved rows and changed labels", async () => {
    const features = data.features as Tensor<"float64">;
    const values = features.data.slice();
    for (let j = 0; j < 6; j++) [values[j], values[60 + j]] = [1 - values[j], 0.9];
    const labels = data.labels.slice();
    labels[10] = 1 - labels[10];
    const changedData = { ...data, features: { ...features, data: values }, labels };
    const learner = learners[name];
    const parsed = parseOptions(learner, options);
    const context = { runtime, random: noRandom };
    const before = await learner.fit(data, parsed, context);
    const task = { fit: before, previous: data, data: changedData, changed: [0, 10] };
    const after = await learner.refit!(task, parsed, context);
    const fresh = await learner.fit(changedData, parsed, context);
    expect(Math.abs(after.training.objective / fresh.training.objective - 1)).toBeLessThan(1e-9);
    expect(Math.abs(before.training.objective / fresh.training.objective - 1)).toBeGreaterThan(1e-4);
    expectClose(await scoresOf(after, data), await scoresOf(fresh, data));
  });

  it("separates three classes better than chance, by scores of three classes", async () => {
    const three = clouds(90, 12, 3);
    const scores = await scoresOf(await train(name, three, options), three);
    expect(scores.length).toBe(270);
    const right = three.labels.filter((label, i) => {
      const row = scores.subarray(3 * i, 3 * i + 3);
      return row[label] === Math.max(...row);
    });
    expect(right.length).toBeGreaterThan(45);
  });
});

/** The decision values 2 f = s_1 - s_0 halved, and the weights of f, from the model's own initializers. */
async function linearParts(fitted: Fit) {
  const { initializers } = fitted.model.graph;
  const weights = initializers.get("weights")!.data as Float32Array;
  return { w: Array.from({ length: weights.length / 2 }, (_, j) => weights[2 * j + 1]) };
}

describe("optimality, checked without the solver", () => {
  const data = clouds(120, 5);
  const x = (data.features as Tensor<"float64">).data;
  const y = Array.from(data.labels, (label) => 2 * label - 1);
  const gradients: [string, Record<string, unknown>, number, (m: number) => number][] = [
    ["logistic", { C: 3, tolerance: 1e-12 }, 1, (m) => -3 / (1 + Math.exp(m))],
    ["svm-linear", { C: 3, loss: "squared-hinge", tolerance: 1e-9 }, 1, (m) => -6 * Math.max(0, 1 - m)],
    ["ridge", { alpha: 0.7 }, 1.4, (m) => 2 * (m - 1)],
  ];
  it.each(gradients)("%s %j has a gradient of zero", async (name, options, penalty, slope) => {
    const fitted = await train(name, data, options);
    const { w } = await linearParts(fitted);
    const scores = await scoresOf(fitted, data);
    const gradient = [...w.map((value) => penalty * value), 0];
    y.forEach((sign, i) => {
      const s = sign * slope(sign * scores[2 * i + 1]);
      for (let j = 0; j < 5; j++) gradient[j] += s * x[i * 5 + j];
      gradient[5] += s;
    });
    // The model is float32: each of 120 rows adds rounding of about 1e-6.
    for (const value of gradient) expect(Math.abs(value)).toBeLessThan(2e-4);
  });

  it.each([
    ["svm-linear", { C: 2, tolerance: 1e-10 }],
    ["svm-rbf", { C: 2, gamma: 1.5, tolerance: 1e-10 }],
  ] as const)("%s satisfies the Karush-Kuhn-Tucker conditions", async (name, options) => {
    const fitted = await train(name, data, options);
    const [{ beta, f }] = fitted.state as { beta: Float64Array; f: Float64Array }[];
    const kernel = (i: number, j: number) => {
      let [product, squared] = [0, 0];
      for (let k = 0; k < 5; k++) {
        product += x[i * 5 + k] * x[j * 5 + k];
        squared += (x[i * 5 + k] - x[j * 5 + k]) ** 2;
      }
      return name === "svm-linear" ? product : Math.exp(-1.5 * squared);
    };
    const scores = await scoresOf(fitted, data);
    expect(Math.abs(beta.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-12);
    let free = 0;
    y.forEach((sign, i) => {
      let value = 0;
      for (let j = 0; j < 120; j++) value += beta[j] * kernel(i, j);
      expect(Math.abs(value - f[i])).toBeLessThan(1e-10);
      const alpha = sign * beta[i];
      const m = sign * scores[2 * i + 1];
      expect(alpha).toBeGreaterThanOrEqual(0);
      expect(alpha).toBeLessThanOrEqual(2);
      if (alpha === 0) expect(m).toBeGreaterThan(1 - 1e-5);
      else if (alpha === 2) expect(m).toBeLessThan(1 + 1e-5);
      else {
        free++;
        expect(Math.abs(m - 1)).toBeLessThan(1e-5);
      }
    });
    expect(free).toBeGreaterThan(1);
    expect(fitted.training.dualityGap).toBeLessThan(1e-8 * fitted.training.objective);
    expect(fitted.training.supportVectors).toBe(beta.filter((value) => value !== 0).length);
  });
});

describe("closed forms", () => {
  // Two points at 0 and d on a line, labels -1 and +1.
  const pair = (d: number) => dataset({ features: tensor("float64", [2, 1], [0, d]), labels: [0, 1], domain: [0, 1] });

  it("two points: the hard margin is w = 2 / d, the soft one w = C d", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0.2, max: 1, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        async (d, C) => {
          const { w } = await linearParts(await train("svm-linear", pair(d), { C }));
          expect(w[0]).toBeCloseTo(Math.min(2 / d, C * d), 4);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("two points: squared hinge gives w = 2 C d / (1 + C d^2), ridge 2 d / (d^2 + 2 alpha)", async () => {
    for (const [d, c] of [
      [0.5, 3],
      [1, 0.2],
      [0.3, 40],
    ]) {
      const squared = await linearParts(await train("svm-linear", pair(d), { C: c, loss: "squared-hinge" }));
      expect(squared.w[0]).toBeCloseTo((2 * c * d) / (1 + c * d * d), 5);
      const ridge = await linearParts(await train("ridge", pair(d), { alpha: c }));
      expect(ridge.w[0]).toBeCloseTo((2 * d) / (d * d + 2 * c), 6);
    }
  });

  it("two points: the kernel machine's value is 1 at either, of the right sign, where C allows", async () => {
    const data = pair(1);
    const fitted = await train("svm-rbf", data, { C: 100, gamma: 0.5 });
    const [{ beta }] = fitted.state as { beta: Float64Array }[];
    expect(beta[1]).toBeCloseTo(1 / (1 - Math.exp(-0.5)), 10);
    const scores = await scoresOf(fitted, data);
    expect(scores[1]).toBeCloseTo(-1, 5);
    expect(scores[3]).toBeCloseTo(1, 5);
  });
});

describe("the kernel model", () => {
  it("has the gradient of its scores, at training rows too", async () => {
    const data = clouds(60, 4);
    const fitted = await fit(learners["svm-rbf"], data, { runtime, seed: 0, stream: "g", options: { C: 3, gamma: 2 } });
    const opened = await openModel(runtime, fitted.model);
    const x = toFloat(data.features as Tensor, "float32");
    const { gradient } = await opened.differentiable!.inputGradient("margin", x, data.labels);
    const h = 1e-2;
    for (let j = 0; j < 4; j++) {
      const shifted = (by: number) => ({ ...x, data: x.data.map((value, at) => (at % 4 === j ? value + by : value)) });
      const [up, down] = [await opened.scores(shifted(h)), await opened.scores(shifted(-h))];
      data.labels.forEach((label, i) => {
        const climb = (s: Tensor) => Number(s.data[2 * i + 1 - label]) - Number(s.data[2 * i + label]);
        expect(Number(gradient.data[i * 4 + j])).toBeCloseTo((climb(up) - climb(down)) / (2 * h), 1);
      });
    }
  });
});

describe("faults of the input", () => {
  it.each([
    ["svm-linear", { C: 0 }, /option C of svm-linear/],
    ["svm-rbf", { gamma: -1 }, /option gamma of svm-rbf/],
    ["ridge", { alpha: 0 }, /option alpha of ridge/],
    ["ridge", { alfa: 1 }, /did you mean "alpha"/],
    ["svm-linear", { loss: "hinges" }, /option loss of svm-linear/],
  ])("%s %j", (name, options, message) => {
    expect(() => parseOptions(learners[name], options)).toThrow(message);
  });

  it("row weights that are negative or too few", async () => {
    const data = clouds(30, 3);
    await expect(train("ridge", data, {}, new Float64Array(29))).rejects.toThrow(/row weights: expected 30 numbers/);
    await expect(train("svm-rbf", data, {}, new Float64Array(30).fill(-1))).rejects.toThrow(/negative/);
  });
});
