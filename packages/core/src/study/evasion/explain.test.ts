// Explanations of small studies: what is in them, what is said where something is missing, and agreement with the
// parts.

import { describe, expect, it } from "vitest";
import { runtime } from "../../../test/linearWorld.ts";
import { type Dataset, dataset, denseRows, takeRows } from "../../data/dataset.ts";
import { columnRanges } from "../../data/domain.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { audit } from "../audit/audit.ts";
import { execute } from "../engine/execute.ts";
import { startPlan } from "../engine/plan.ts";
import { inProcess } from "../engine/runTask.ts";
import { memoryStore } from "../engine/store.ts";
import { planStudy } from "./plan.ts";
import { readStudy } from "./read.ts";
import type { StudyResult } from "./result.ts";
import { studySchema } from "./schema.ts";

/** Two classes whose means differ in every feature, with some overlap. */
function twoClouds(seed: number, n: number, d: number): Dataset {
  const random = stream(seed, "clouds");
  const labels = Array.from({ length: n }, (_, i) => i % 2);
  const value = (i: number) => Math.min(1, Math.max(0, 0.5 + (labels[i] ? 0.08 : -0.08) + 0.15 * random.normal()));
  const features = tensor(
    "float32",
    [n, d],
    Float32Array.from({ length: n * d }, (_, k) => value(Math.floor(k / d))),
  );
  return dataset({ features, labels, domain: [0, 1] });
}

async function runStudy(given: object, n = 300): Promise<StudyResult> {
  const study = studySchema.parse({
    name: "tiny",
    data: { train: "unused" },
    split: { target: 0.35, surrogate: 0.35, attacked: 0.3 },
    attack: { epsilons: [0.2, 1] },
    permutations: 99,
    ...given,
  });
  const data = twoClouds(1, n, 12);
  const plan = startPlan();
  const keys = planStudy(plan, study, { train: { part: plan.data(data), dataset: data, hash: "" } });
  const store = memoryStore();
  const wanted = keys.flatMap(({ transfer, costs, variability }) => [
    transfer,
    ...costs,
    ...(variability?.values() ?? []),
  ]);
  await execute(plan, wanted, store, inProcess(store, runtime));
  return readStudy(store, keys, study, { train: "given" });
}

const level = (learner: string) => (["high", "low"] as const).map((complexity) => ({ learner, complexity }));
const all = ["size", "alignment", "perturbation", "variability", "smoothness"];

describe("the explanation of a study", () => {
  it("has every part, and the parts agree", async () => {
    const result = await runStudy({
      claims: true,
      repetitions: 2,
      surrogates: [
        ...level("svm-linear"),
        ...level("logistic"),
        { learner: "svm-linear", complexity: "low", fraction: 0.5 },
      ],
      targets: [...level("svm-linear"), ...level("logistic"), { learner: "forest", options: { trees: 5 } }],
      metrics: all,
      size: "halfCrossEntropy",
      variability: { sets: 3 },
      smoothness: { points: 5 },
    });
    const { explanation, variability, repetitions } = result;
    expect(variability.map(({ surrogate, sets }) => `${surrogate} ${sets}`)).toContain("surrogate/svm-linear_L@0.5 3");
    for (const { perPoint, ofMean } of variability) {
      expect(perPoint).toBeGreaterThan(0);
      expect(ofMean).toBeLessThanOrEqual(perPoint);
    }
    for (const { models, cells, pairs, outputs } of repetitions) {
      for (const { gradientSize, otherSize, curvature, turning, learner } of models) {
        if (learner === "forest") {
          expect([gradientSize, otherSize, curvature, turning]).toEqual([undefined, undefined, undefined, undefined]);
          continue;
        }
        expect(otherSize!.estimate).toBeCloseTo(gradientSize!.estimate / 2, 6);
        expect(curvature!.estimate).toBeGreaterThanOrEqual(0);
        // Two linear scores: the gradient keeps its line.
        expect(turning!.estimate).toBeCloseTo(1, 4);
      }
      // Forests have agreement of outputs, but neither R nor rho.
      expect(outputs!.filter(({ target }) => target === "target/forest")).toHaveLength(5);
      expect(pairs.filter(({ target }) => target === "target/forest")).toHaveLength(0);
      for (const {
        surrogate,
        target,
        epsilon,
        linearisedIncrease,
        perturbationCorrelation,
        predictedIncrease,
      } of cells) {
        if (target === "target/forest")
          expect([linearisedIncrease, perturbationCorrelation]).toEqual([undefined, undefined]);
        else {
          const bound = epsilon * models.find(({ id }) => id === target)!.gradientSize!.estimate;
          expect(linearisedIncrease!).toBeLessThanOrEqual(bound * (1 + 1e-6));
          expect(predictedIncrease!).toBeLessThanOrEqual(bound * (1 + 1e-6));
          if (surrogate === target) expect(linearisedIncrease! / bound).toBeCloseTo(1, 5);
        }
      }
    }
    const names = explanation.correlations.correlations.map(({ y }) => y);
    expect(new Set(names)).toEqual(
      new Set([
        "rho at epsilon 0.2",
        "rho at epsilon 1",
        "black/white ratio at epsilon 0.2",
        "black/white ratio at epsilon 1",
      ]),
    );
    // 4 surrogates on all rows by the 4 targets with gradients.
    expect(explanation.correlations.correlations[0].n).toBe(16);
    expect(explanation.correlations.correlations[0].statistic).toBeGreaterThan(0.5);
    expect(explanation.findings).toHaveLength(5 * 5 * 2);
    expect(explanation.targetFindings).toHaveLength(5 * 2);
    // Sides are told by the sentence, models by the name that the study has for them.
    const { findings, targetFindings, claims, undefinedFor } = explanation;
    const said = [...findings, ...targetFindings].map(({ sentence }) => sentence);
    const texts = [...said, ...undefinedFor, ...claims.flatMap(({ numbers }) => numbers)];
    expect(texts.filter((text) => /\b(target|surrogate)\//.test(text))).toEqual([]);
    expect(said.some((text) => text.startsWith("svm-linear_L on forest at epsilon"))).toBe(true);
    const onForest = explanation.findings.filter(({ target }) => target === "target/forest");
    for (const { factor, sentence } of onForest) {
      expect(factor).toBe("unknown");
      expect(sentence).toContain("R and S are absent");
    }
    expect(explanation.advice).toHaveLength(5);
    expect(explanation.advice[0].used).toEqual(["linearised", "variability", "marginCorrelation", "labelAgreement"]);
    expect(explanation.advice[4].used).toEqual(["variability", "marginCorrelation", "labelAgreement"]);
    expect(explanation.claims.map(({ id }) => id)).toEqual([
      "E1",
      "E2",
      "E3",
      "E4",
      "E5",
      "E6",
      "E7",
      "E8",
      "E9",
      "E10",
    ]);
    const untested = explanation.claims.filter(({ verdict }) => verdict === "not tested").map(({ id }) => id);
    expect(untested).toEqual(["E2", "E7", "E8", "E10"]);
    expect(explanation.claims.find(({ id }) => id === "E6")!.numbers[0]).toContain("50 % of the rows");
    expect(JSON.stringify(result)).not.toContain("NaN");
  });

  it("of one surrogate, one target and one training set says what is undefined, and tests no claims unasked", async () => {
    const { explanation, variability } = await runStudy({
      surrogates: [{ learner: "ridge" }],
      targets: [{ learner: "ridge" }],
      metrics: all,
      variability: { sets: 1, at: "attacked" },
      smoothness: { points: 2 },
    });
    expect(explanation.claims).toEqual([]);
    expect(variability).toEqual([]);
    expect(explanation.undefinedFor[0]).toBe("V: undefined, it is a variance over training sets and there is 1");
    expect(explanation.undefinedFor).toContain("R against rho at epsilon 1: undefined, 1 pairs have both");
    expect(explanation.correlations.correlations).toEqual([]);
    expect(explanation.findings).toHaveLength(2);
    expect(explanation.findings[0].sentence).toContain("V is unknown");
    expect(explanation.advice[0].agreement).toBeUndefined();
  });

  it("takes V at attack points where that is asked for", async () => {
    const grid = {
      surrogates: [{ learner: "logistic" }],
      targets: [{ learner: "logistic" }],
      metrics: ["variability"],
    };
    const [clean] = (await runStudy({ ...grid, variability: { sets: 2 } })).variability;
    const [attacked] = (await runStudy({ ...grid, variability: { sets: 2, at: "attacked" } })).variability;
    expect(attacked.perPoint).not.toBe(clean.perPoint);
  });
});

it("an audit tells what limits each surrogate on the target, and what would have been advised", async () => {
  const data = twoClouds(2, 160, 8);
  const half = (from: number, to: number) => ({
    ...data,
    features: tensor("float32", [to - from, 8], denseRows(data, from, to).data as Float32Array),
    labels: data.labels.slice(from, to),
  });
  const { model } = await import("../../learners/fit.ts").then(async ({ fit }) => {
    const { learnerByName } = await import("../../learners/registry.ts");
    return fit(learnerByName("logistic"), half(0, 60), { runtime, seed: 0, stream: "t", options: { C: 1 } });
  });
  const { result } = await audit({
    runtime,
    seed: 0,
    surrogates: [
      { learner: "svm-linear", complexity: "high" },
      { learner: "svm-linear", complexity: "low" },
      { learner: "ridge", complexity: "low" },
    ],
    norm: "l2",
    epsilons: [0.3],
    attackers: [],
    target: model,
    training: half(60, 120),
    attacked: half(120, 160),
  });
  expect(result.findings!.map(({ surrogate, target }) => `${surrogate} ${target}`)).toEqual([
    "svm-linear_H target",
    "svm-linear_L target",
    "ridge_L target",
  ]);
  expect(result.targetFindings).toHaveLength(1);
  expect(result.advice![0].ranking).toHaveLength(3);
  const [best] = result.advice![0].ranking;
  expect(best.score).toBeGreaterThanOrEqual(result.advice![0].ranking[2].score);
});

it("an audit whose surrogates have learned nothing says so first, and calls none of them the best", async () => {
  const data = twoClouds(2, 160, 8);
  const part = (from: number, to: number) => ({
    ...data,
    features: tensor("float32", [to - from, 8], denseRows(data, from, to).data as Float32Array),
    labels: data.labels.slice(from, to),
  });
  const [known, attacked] = [part(0, 80), part(80, 160)];
  const { fit } = await import("../../learners/fit.ts");
  const { learnerByName } = await import("../../learners/registry.ts");
  const { model } = await fit(learnerByName("logistic"), known, { runtime, seed: 0, stream: "t", options: { C: 1 } });
  const answers = async (labels: Int32Array) => {
    const { result } = await audit({
      runtime,
      seed: 0,
      surrogates: [
        { learner: "logistic", complexity: "high" },
        { learner: "ridge", complexity: "low" },
      ],
      norm: "l2",
      epsilons: [0.3],
      attackers: [],
      target: model,
      training: { ...known, labels },
      attacked,
    });
    return result;
  };
  const sound = await answers(known.labels);
  expect(sound.shortfall).toBeUndefined();
  expect(sound.answer[0]).toMatch(/^Crafted on/);
  // What is learned from reversed labels is worse than chance.
  const { shortfall, answer } = await answers(known.labels.map((label) => 1 - label));
  expect(shortfall).toMatchObject({ shows: "nothing", atChance: ["logistic_H", "ridge_L"] });
  expect(answer[0]).toBe(shortfall!.sentence);
  expect(answer.join(" ")).not.toMatch(/transfers best/);
});

it("an audit in units of ranges finds the same of columns in any units of their own", async () => {
  const data = twoClouds(2, 160, 8);
  const values = Float32Array.from(denseRows(data).data as Float32Array, (value) => Math.round(256 * value) / 256);
  const { fit } = await import("../../learners/fit.ts");
  const { learnerByName } = await import("../../learners/registry.ts");
  const found = async (factors: readonly number[]) => {
    const scaled = tensor(
      "float32",
      [160, 8],
      values.map((value, at) => factors[at % 8] * value),
    );
    const whole = dataset({ features: scaled, labels: data.labels, domain: columnRanges(scaled) });
    const rows = (from: number, to: number) =>
      takeRows(
        whole,
        Int32Array.from({ length: to - from }, (_, i) => from + i),
      );
    const learned = rows(0, 60);
    const options = { widths: [6], epochs: 20 };
    const { model } = await fit(learnerByName("mlp"), learned, { runtime, seed: 0, stream: "t", options });
    const { result } = await audit({
      runtime,
      seed: 0,
      surrogates: [
        { learner: "svm-rbf", complexity: "high" },
        { learner: "logistic", complexity: "high" },
      ],
      norm: "l2",
      units: "ranges",
      epsilons: [0.1, 0.3],
      attackers: [],
      target: model,
      training: rows(60, 120),
      attacked: rows(120, 160),
    });
    return result;
  };
  const plain = await found([1, 1, 1, 1, 1, 1, 1, 1]);
  const scaled = await found([1, 2 ** 12, 2 ** -9, 4, 2 ** -12, 2 ** 10, 0.5, 2 ** 5]);
  expect(scaled.asked).toMatchObject({ units: "ranges", bounds: "columns" });
  expect(scaled.models).toEqual(plain.models);
  expect(scaled.pairs).toEqual(plain.pairs);
  expect(scaled.cells).toEqual(plain.cells);
  expect(plain.cells.some(({ errorUnderAttack }) => errorUnderAttack.estimate > 0.3)).toBe(true);
});
