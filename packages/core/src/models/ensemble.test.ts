import { describe, expect, test } from "vitest";
import {
  bestIncrease,
  boundsOf,
  boxPoints,
  marginOf,
  openLinear,
  randomFunctions,
  rowAt,
  runtime,
} from "../../test/linearWorld.ts";
import { lineSearchAttack } from "../attacks/evasion/lineSearch.ts";
import { runAttack } from "../attacks/run.ts";
import { type Dataset, denseRows } from "../data/dataset.ts";
import { fit } from "../learners/fit.ts";
import { learnerByName } from "../learners/index.ts";
import { l2 } from "../threat/norm.ts";
import { isAffine } from "./affine.ts";
import { averagedModel } from "./ensemble.ts";
import { openModel } from "./open.ts";

const seed = 5;
const d = 24;
const data = boxPoints(seed, 60, d);
const shaped: Dataset = {
  ...data,
  features: { ...denseRows(data), shape: [60, 2, 12] },
  featureShape: [2, 12],
};

test("scores are the mean of the models' scores, whatever shape each gives its rows", async () => {
  const { model: linear, opened } = await openLinear(randomFunctions(seed, 1, d), data);
  const fitted = await fit(learnerByName("mlp"), shaped, { runtime, seed, label: "a", options: { epochs: 5 } });
  const network = await openModel(runtime, fitted.model);
  const mean = await openModel(runtime, averagedModel([linear, fitted.model]));
  const x = denseRows(data);
  const [a, b, both] = [await opened.scores(x), await network.scores(x), await mean.scores(x)];
  both.data.forEach((value, i) => {
    expect(Math.abs(value - (a.data[i] + b.data[i]) / 2)).toBeLessThan(1e-5);
  });
  const labels = data.labels;
  const ofMean = await mean.differentiable!.inputGradient("margin", x, labels);
  const ofLinear = await opened.inputGradient("margin", x, labels);
  const ofNetwork = await network.differentiable!.inputGradient("margin", x, labels);
  ofMean.gradient.data.forEach((value, i) => {
    expect(Math.abs(value - (ofLinear.gradient.data[i] + ofNetwork.gradient.data[i]) / 2)).toBeLessThan(1e-5);
  });
});

describe("an ensemble of linear models", () => {
  const functions = [randomFunctions(1, 1, d)[0], randomFunctions(2, 1, d)[0], randomFunctions(3, 1, d)[0]];
  const middle = {
    weights: functions[0].weights.map((_, j) => functions.reduce((sum, f) => sum + f.weights[j] / 3, 0)),
    bias: functions.reduce((sum, f) => sum + f.bias / 3, 0),
  };
  const threat = { norm: l2, domain: data.domain, epsilon: 0.8 };

  test.each(["mean margin", "mean score"])("%s: the optimum is that of the mean function", async (kind) => {
    const opened = await Promise.all(functions.map((f) => openLinear([f], data)));
    const average = averagedModel(opened.map(({ model }) => model));
    expect(isAffine(average)).toBe(true);
    const models =
      kind === "mean margin"
        ? opened.map((each) => each.opened)
        : [(await openModel(runtime, average)).differentiable!];
    const x = denseRows(data);
    const { objective, queries } = await runAttack(lineSearchAttack(), {
      models,
      x,
      labels: data.labels,
      threat,
      seed,
    });
    data.labels.forEach((label, i) => {
      const row = rowAt(data, i);
      const { slopes, clean } = marginOf(middle, row, label);
      const optimum = clean + bestIncrease("l2", slopes, row, 0.8, boundsOf(threat, row));
      expect(Math.abs(objective[i] - optimum)).toBeLessThan(1e-5);
    });
    expect(queries.gradients % models.length).toBe(0);
  });

  test("models that differ in classes or rows are refused", async () => {
    const [two, three] = [
      await openLinear(randomFunctions(1, 1, d), data),
      await openLinear(randomFunctions(1, 3, d), boxPoints(seed, 60, d, 3)),
    ];
    const narrow = await openLinear(randomFunctions(1, 1, 5), boxPoints(seed, 60, 5));
    expect(() => averagedModel([two.model, three.model])).toThrow(/same classes, got 2 and 3 classes/);
    expect(() => averagedModel([two.model, narrow.model])).toThrow(/rows of one size, got 24 and 5/);
  });
});
