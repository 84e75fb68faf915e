// Derivatives through the training against central differences of the retrained loss, and laws of a training held open.

import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { type Dataset, dataset } from "../../data/dataset.ts";
import { norm } from "../../linalg.ts";
import { modelFromGraph } from "../../models/model.ts";
import { openModel } from "../../models/open.ts";
import { runtimeFrom } from "../../models/runtime.ts";
import { stream } from "../../random.ts";
import { parseOptions } from "../../registry.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import type { InnerSolver, Retraining } from "../learner.ts";
import { graphProblem } from "../networks/graphProblem.ts";
import type { Network } from "../networks/sgdGraph.ts";
import { learners } from "../registry.ts";
import { squaredLoss } from "../solvers/linearObjective.ts";
import { logisticLoss } from "../solvers/logisticLoss.ts";
import { retrainGraph } from "./retrainGraph.ts";
import { retrainInnerProducts } from "./retrainInnerProducts.ts";
import { retrainRows } from "./retrainRows.ts";

const runtime = runtimeFrom(ort);

/** Overlapping clouds in [0, 1]^d. */
function clouds(n: number, d: number, name: string, classes = 2): Dataset {
  const random = stream(11, "clouds", name);
  const labels = Array.from({ length: n }, (_, i) => i % classes);
  const x = labels.flatMap((label) =>
    Array.from({ length: d }, (_, j) =>
      Math.min(1, Math.max(0, 0.5 + 0.15 * random.normal() + (j % classes === label ? 0.12 : 0))),
    ),
  );
  return dataset({ features: tensor("float64", [n, d], x), labels, domain: [0, 1] });
}

async function open(
  name: string,
  options: Record<string, unknown>,
  n: number,
  d: number,
  classes = 2,
  solver?: Partial<InnerSolver>,
) {
  const learner = learners[name];
  const task = { data: clouds(n, d, "training", classes), validation: clouds(60, d, "validation", classes), solver };
  return learner.retrain!(task, parseOptions(learner, options), { runtime, random: (label) => stream(3, label) });
}

/** ||derivative - central differences|| / ||central differences|| of the rows placed at x. */
async function disagreement(retraining: Retraining, x: Float64Array, labels: number[], step: number): Promise<number> {
  await retraining.place(x, labels);
  const derivative = await retraining.gradient();
  const difference = new Float64Array(x.length);
  for (let j = 0; j < x.length; j++) {
    const at = async (shift: number) => retraining.move(x.map((value, k) => (k === j ? value + shift : value)));
    difference[j] = ((await at(step)) - (await at(-step))) / (2 * step);
  }
  return norm(derivative.map((value, j) => value - difference[j])) / norm(difference);
}

const point = (d: number, seed: number) => {
  const random = stream(seed, "point");
  return Float64Array.from({ length: d }, () => 0.2 + 0.6 * random.uniform());
};

const smooth: [string, string, Record<string, unknown>, number, number, number][] = [
  ["logistic, fewer rows than features", "logistic", { C: 10, tolerance: 1e-13 }, 20, 30, 1e-7],
  ["logistic, fewer features than rows", "logistic", { C: 0.5, tolerance: 1e-13 }, 60, 7, 1e-7],
  ["ridge, fewer rows than features", "ridge", { alpha: 0.3 }, 20, 30, 1e-7],
  ["ridge, fewer features than rows", "ridge", { alpha: 3 }, 60, 7, 1e-7],
  [
    "squared hinge, fewer rows than features",
    "svm-linear",
    { loss: "squared-hinge", C: 2, tolerance: 1e-10 },
    20,
    30,
    1e-5,
  ],
  ["squared hinge", "svm-linear", { loss: "squared-hinge", C: 2, tolerance: 1e-10 }, 50, 6, 1e-5],
];

describe("derivatives through the training", () => {
  it.each(smooth)("%s", async (_, name, options, n, d, limit) => {
    const retraining = await open(name, options, n, d);
    expect(await disagreement(retraining, point(d, 1), [1], 1e-4)).toBeLessThan(limit);
    // With points that joined before, and two that move at the same time.
    await retraining.settle(point(d, 2), [0]);
    const both = Float64Array.of(...point(d, 3), ...point(d, 4));
    expect(await disagreement(retraining, both, [0, 1], 1e-4)).toBeLessThan(limit);
  });

  const machines: [string, Record<string, unknown>][] = [
    ["svm-linear", { C: 3, tolerance: 1e-12 }],
    ["svm-rbf", { C: 3, gamma: 2, tolerance: 1e-12 }],
  ];
  it.each(
    machines.flatMap(([name, options]) => (["error", "margin"] as const).map((kind) => [name, kind, options] as const)),
  )("%s, the point an %s vector", async (name, kind, options) => {
    const [n, d] = [40, 4];
    const retraining = await open(name, options, n, d);
    let found = 0;
    for (let seed = 0; seed < 60 && found < 3; seed++) {
      const x = point(d, seed);
      const alpha = await dualVariable(name, options, n, x, seed % 2);
      const isMargin = alpha > 1e-3 && alpha < 3 - 1e-3;
      if (isMargin !== (kind === "margin") || alpha < 1e-3) continue;
      found++;
      expect(await disagreement(retraining, x, [seed % 2], 1e-5)).toBeLessThan(1e-5);
    }
    expect(found).toBe(3);
  });

  /** Trained until nothing is left to gain. */
  const solver = { damping: 0, tolerance: 1e-11, steps: 300, products: 400 };

  it("logistic of three classes together", async () => {
    const retraining = await open("logistic", { C: 3, multinomial: true }, 36, 5, 3, solver);
    const both = Float64Array.of(...point(5, 3), ...point(5, 4));
    expect(await disagreement(retraining, both, [2, 0], 1e-4)).toBeLessThan(1e-6);
    await retraining.close();
  });

  it("a perceptron of three classes at a stationary point", async () => {
    // Smooth units: where ReLUs are, minima lie on their kinks, and no gradient vanishes there.
    const random = stream(2, "weights");
    const draw = (shape: number[]) =>
      tensor(
        "float32",
        shape,
        Float32Array.from({ length: shape[0] * (shape[1] ?? 1) }, () => random.normal() / 2),
      );
    const weights = new Map(Object.entries({ v: draw([5, 4]), a: draw([4]), w: draw([4, 3]), b: draw([3]) }));
    const network: Network = {
      weights,
      forward: (g, x) => g.node("Gemm", [g.node("Tanh", [g.node("Gemm", [x, "v", "a"])]), "w", "b"]),
    };
    const problem = await graphProblem(network, [5], "float64", () => true, runtime);
    const retraining = await retrainGraph({
      task: { data: clouds(36, 5, "training", 3), validation: clouds(60, 5, "validation", 3), solver },
      problem,
      start: Float64Array.from([...weights.values()].flatMap(({ data }) => [...data])),
      rowShape: [5],
      weight: (n) => 1 / n,
      decay: 0.003,
    });
    const both = Float64Array.of(...point(5, 3), ...point(5, 4));
    expect(await disagreement(retraining, both, [2, 0], 1e-4)).toBeLessThan(1e-3);
    await retraining.close();
  });

  it.each(machines)("%s, no support vector: 0", async (name, options) => {
    const retraining = await open(name, options, 40, 4);
    const x = Float64Array.of(0.9, 0.1, 0.9, 0.1);
    expect(await dualVariable(name, options, 40, x, 0)).toBe(0);
    await retraining.place(x, [0]);
    expect(norm(await retraining.gradient())).toBe(0);
  });
});

/** alpha of a point that joins the training data, as a fresh fit finds it. */
async function dualVariable(
  name: string,
  options: Record<string, unknown>,
  n: number,
  x: Float64Array,
  label: number,
): Promise<number> {
  const data = withRows(clouds(n, x.length, "training"), x, [label]);
  const learner = learners[name];
  const fitted = await learner.fit(data, parseOptions(learner, options), {
    runtime,
    random: (each) => stream(3, each),
  });
  const [{ beta }] = fitted.state as readonly { readonly beta: Float64Array }[];
  return Math.abs(beta[n]);
}

function withRows(data: Dataset, x: Float64Array, labels: number[]): Dataset {
  const d = data.featureShape[0];
  const features = Float64Array.of(...(data.features as Tensor<"float64">).data, ...x);
  return dataset({
    features: tensor("float64", [data.labels.length + labels.length, d], features),
    labels: [...data.labels, ...labels],
    domain: [-1, 2],
  });
}

/** Rows and features; where rows are few, inner products of rows take the place of rows. */
const [many, few] = [
  [50, 6],
  [15, 40],
] as const;
const everyCase: [string, Record<string, unknown>, readonly [number, number]][] = [
  ["svm-linear", { C: 5, tolerance: 1e-10 }, many],
  ["svm-linear", { C: 5, loss: "squared-hinge", tolerance: 1e-8 }, many],
  ["svm-linear", { C: 5, loss: "squared-hinge", tolerance: 1e-8 }, few],
  ["svm-rbf", { C: 5, gamma: 0.7, tolerance: 1e-10 }, many],
  ["logistic", { C: 5, tolerance: 1e-11 }, many],
  ["logistic", { C: 5, tolerance: 1e-11 }, few],
  ["ridge", { alpha: 0.5 }, many],
  ["ridge", { alpha: 0.5 }, few],
];

/** The loss that an attacker watches, of margins y f(x). */
function attackersLoss(name: string, { loss }: Record<string, unknown>, margin: number): number {
  if (name === "logistic") return Math.log1p(Math.exp(-margin));
  if (name === "ridge") return (1 - margin) ** 2;
  return Math.max(0, 1 - margin) ** (loss === "squared-hinge" ? 2 : 1);
}

describe.each(everyCase)("%s %o held open, rows and features %o", (name, options, [n, d]) => {
  const [a, b, c] = [point(d, 1), point(d, 2), point(d, 3)];

  it("has the loss of a fresh fit to the rows as they stand", async () => {
    const retraining = await open(name, options, n, d);
    await retraining.settle(a, [1]);
    await retraining.place(b, [0]);
    const loss = await retraining.move(c);
    const data = withRows(clouds(n, d, "training"), Float64Array.of(...a, ...c), [1, 0]);
    const learner = learners[name];
    const random = (label: string) => stream(3, label);
    const { model } = await learner.fit(data, parseOptions(learner, options), { runtime, random });
    const opened = await openModel(runtime, modelFromGraph(model));
    const validation = clouds(60, d, "validation");
    const scores = await opened.scores(validation.features as Tensor);
    await opened.close();
    let expected = 0;
    validation.labels.forEach((label, k) => {
      expected += attackersLoss(name, options, (label === 1 ? 1 : -1) * Number(scores.data[2 * k + 1])) / 60;
    });
    expect(loss).toBeCloseTo(expected, 5);
    expect(retraining.loss).toBe(loss);
    expect(retraining.fits).toBe(4);
  });

  it("depends on settled rows alone, to the last bit", async () => {
    const [direct, wandering] = [await open(name, options, n, d), await open(name, options, n, d)];
    await direct.settle(a, [1]);
    await wandering.place(b, [0]);
    await wandering.move(c);
    await wandering.gradient();
    await wandering.settle(a, [1]);
    await wandering.place(c, [1]);
    for (const each of [direct, wandering]) await each.settle(b, [0]);
    expect(wandering.loss).toBe(direct.loss);
    for (const each of [direct, wandering]) await each.place(c, [1]);
    expect(wandering.loss).toBe(direct.loss);
    expect(await wandering.gradient()).toEqual(await direct.gradient());
  });
});

it("is the same by rows and by inner products of rows, surest points of wide data included", async () => {
  const [n, d] = [24, 60];
  const task = { data: clouds(n, d, "training"), validation: clouds(60, d, "validation") };
  for (const [loss, penalty, weight] of [
    [logisticLoss, 1, 100],
    [squaredLoss, 0.6, 1],
  ] as const) {
    const problem = { task, loss, weight, penalty, tolerance: 1e-12, runtime };
    const [rows, products] = [await retrainRows(problem), await retrainInnerProducts(problem)];
    const same = (a: number, b: number) => expect(Math.abs(a / b - 1)).toBeLessThan(1e-8);
    same(products.loss, rows.loss);
    for (let seed = 0; seed < 4; seed++) {
      // A clone with a flipped label is what attacks begin with: its loss is the steepest of all.
      const clone = (task.data.features as Tensor<"float64">).data.slice(seed * d, (seed + 1) * d);
      const flipped = [1 - task.data.labels[seed]];
      same(await products.place(clone, flipped), await rows.place(clone, flipped));
      const x = point(d, seed);
      same(await products.move(x), await rows.move(x));
      const [a, b] = [await products.gradient(), await rows.gradient()];
      expect(norm(a.map((value, j) => value - b[j])) / norm(b)).toBeLessThan(1e-7);
      same(await products.settle(x, flipped), await rows.settle(x, flipped));
    }
  }
});

it("takes more numbers than fit into one call", async () => {
  // 200 x 700: spread into arguments they overflow the stack.
  const few = { widths: [2], epochs: 1 };
  const retraining = await open("mlp", few, 200, 700, 2, { steps: 1, products: 2, damping: 1 });
  expect(await retraining.place(point(700, 1), [1])).toBeGreaterThan(0);
  await retraining.close();
});
