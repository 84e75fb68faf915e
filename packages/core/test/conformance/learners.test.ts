// What every learner promises, asked of each in the registry.

import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { type Dataset, dataset, takeRows } from "../../src/data/dataset.ts";
import { columnRanges, uniformDomain } from "../../src/data/domain.ts";
import { sparseFromDense } from "../../src/data/sparse.ts";
import { InputError } from "../../src/errors.ts";
import { fit } from "../../src/learners/fit.ts";
import type { AnyLearner } from "../../src/learners/learner.ts";
import { learners } from "../../src/learners/registry.ts";
import { isAffine } from "../../src/models/affine.ts";
import { argMax, margin } from "../../src/models/losses.ts";
import { type Model, modelFromBytes, modelFromGraph } from "../../src/models/model.ts";
import { openModel } from "../../src/models/open.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
import { permutation, stream } from "../../src/random.ts";
import { parseOptions } from "../../src/registry.ts";
import { type FloatType, type Tensor, tensor, toNumbers } from "../../src/tensor.ts";

const runtime = runtimeFrom(ort);
const SIDE = 6;
const D = SIDE * SIDE;
const names = ["circle", "cross", "line"];

/** Noisy images of a few patterns: rows of shape [1, 6, 6], so that every learner can take them. */
function images(n: number, classes: number, seed = 1): Dataset {
  const random = stream(seed, "images");
  const patterns = Array.from({ length: classes }, (_, k) => {
    const own = stream(9, "pattern", k);
    return Array.from({ length: D }, () => own.uniform());
  });
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  const data = Float32Array.from({ length: n * D }, (_, i) => {
    const value = 0.45 * patterns[labels[Math.floor(i / D)]][i % D] + 0.55 * random.uniform();
    return value < 0.3 ? 0 : value;
  });
  const features = tensor("float32", [n, 1, SIDE, SIDE], data);
  return dataset({ features, labels, classNames: names.slice(0, classes), domain: [0, 1] });
}

interface Conformance {
  /** Options that make training short; tight tolerances where a law needs the optimum. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Options of which zero must be refused as well as negative numbers. */
  readonly positive: readonly string[];
  /** Laws that the learner need not keep, with the reason. */
  readonly skip: { readonly [law: string]: string };
}

const sampling = "rows are drawn by their position";
const bootstrap = "the bootstrap draws from the rows, whatever they weigh";
/** What learners are asked of that the table below says nothing of. */
const usual: Conformance = { options: {}, positive: [], skip: {} };
const cases: Readonly<Record<string, Conformance>> = {
  "svm-linear": { options: { C: 1, tolerance: 1e-7 }, positive: ["C", "tolerance"], skip: {} },
  "svm-rbf": { options: { C: 1, gamma: 0.1, tolerance: 1e-7 }, positive: ["C", "gamma"], skip: {} },
  logistic: { options: { C: 1 }, positive: ["C", "tolerance"], skip: {} },
  ridge: { options: { alpha: 1 }, positive: ["alpha"], skip: {} },
  forest: {
    options: { trees: 20 },
    positive: ["trees", "depth"],
    skip: { permutation: sampling, weights: bootstrap },
  },
  mlp: {
    options: { widths: [12], epochs: 30, batch: 16, learningRate: 0.05 },
    positive: ["learningRate", "epochs", "batch", "factor"],
    skip: { permutation: sampling },
  },
  cnn: {
    options: { layers: [{ conv: 6, kernel: 3 }, { dense: 12 }], epochs: 30, batch: 16, learningRate: 0.05 },
    positive: ["learningRate", "epochs", "batch"],
    skip: { permutation: sampling },
  },
};

/** Learners whose seed matters. */
const random = new Set(["forest", "mlp", "cnn"]);

test("the table speaks of learners of the registry alone", () => {
  expect(Object.keys(learners)).toEqual(expect.arrayContaining(Object.keys(cases)));
});

describe.each(Object.values(learners))("learner $name", (learner) => {
  const { options, positive, skip: own } = cases[learner.name] ?? usual;
  const skip: Conformance["skip"] = {
    ...(!learner.capabilities.weighted && { weights: "takes no weights" }),
    ...own,
  };
  const { differentiable, affine, sparse, weighted, images: onlyImages } = learner.capabilities;
  const train = (data: Dataset, seed = 3) => fit(learner, data, { runtime, seed, stream: "a", options });
  /** A test that the table may skip, for a reason that stands in the report. */
  const law = (name: string, title: string, check: () => Promise<void>) =>
    name in skip ? test.skip(`${title} (not asked: ${skip[name]})`, check) : test(title, check);
  const data = images(90, 3);
  const unseen = images(60, 3, 2);

  test("leaves its input as it is, and gives the same bytes for a seed", async () => {
    const copy = structuredClone(data);
    const first = await train(data);
    expect(data).toEqual(copy);
    const again = await train(data);
    expect(again.model.bytes).toEqual(first.model.bytes);
    const other = await train(data, 4);
    expect(equalBytes(other.model.bytes, first.model.bytes)).toBe(!random.has(learner.name));
  });

  test.each([2, 3])("learns %i classes, and the file says their names and how it was made", async (classes) => {
    const { model } = await train(images(60, classes));
    const tested = images(60, classes, 2);
    expect(model.classNames).toEqual(names.slice(0, classes));
    expect(model.metadata).toMatchObject({ learner: learner.name, domain: "[0,1]" });
    expect(JSON.parse(model.metadata.options)).toMatchObject(options);
    const predicted = argMax(await scoresOf(model, tested));
    const wrong = predicted.filter((label, i) => label !== tested.labels[i]).length;
    expect(wrong / 60).toBeLessThan(0.15);
  });

  test("the file opens in a session of its own, with the same scores", async () => {
    const { model } = await train(data);
    const scores = await scoresOf(model, unseen);
    const session = await ort.InferenceSession.create(model.bytes.slice(), { intraOpNumThreads: 1 });
    const features = unseen.features as Tensor<"float32">;
    const results = await session.run({ x: new ort.Tensor("float32", features.data, [...features.shape]) });
    expect(results.scores.dims).toEqual([60, 3]);
    expect(Array.from(results.scores.data as Float32Array)).toEqual(toNumbers(scores));
    expect(toNumbers(await scoresOf(modelFromBytes(model.bytes), unseen))).toEqual(toNumbers(scores));
    await session.release();
  });

  describe("x_j -> a_j x_j + b_j for each feature, bounds likewise", () => {
    /**
     * Values on a grid where a step is given, so that powers of two and whole numbers round nothing; one never varies.
     */
    const prepared = (from: Dataset, step: number): Dataset => {
      const { data: values, ...rest } = from.features as Tensor<"float32">;
      const near = (value: number) => (step > 0 ? step * Math.round(value / step) : value);
      const features = { ...rest, data: values.map((value, at) => (at % D === 4 ? 0.5 : near(value))) };
      return { ...from, features, domain: columnRanges(features) };
    };
    const moved = (from: Dataset, a: Float64Array, b: Float64Array): Dataset => {
      const features = from.features as Tensor<"float32">;
      const at = (bounds: Float64Array) => bounds.map((value, j) => a[j] * value + b[j]);
      return {
        ...from,
        features: { ...features, data: features.data.map((value, i) => a[i % D] * value + b[i % D]) },
        domain: { lower: at(from.domain.lower), upper: at(from.domain.upper) },
      };
    };
    const units = stream(5, "units", learner.name);
    const draw = (of: () => number) => Float64Array.from({ length: D }, of);
    const [ones, zeros] = [new Float64Array(D).fill(1), new Float64Array(D)];
    const answersOn = (step: number) => {
      const learned = prepared(data, step);
      const asked = { ...prepared(unseen, step), domain: learned.domain };
      return async (a: Float64Array, b: Float64Array, change = (x: Dataset) => x) =>
        scoresOf((await train(change(moved(learned, a, b)))).model, moved(asked, a, b));
    };

    test("changes nothing where nothing is rounded", async () => {
      const a = draw(() => 2 ** Math.floor(40 * units.uniform() - 20));
      const b = a.map((factor) => factor * Math.floor(200 * units.uniform() - 100));
      const answers = answersOn(1 / 64);
      expect(toNumbers(await answers(a, b))).toEqual(toNumbers(await answers(ones, zeros)));
    });

    test("changes no more than rounding else", async () => {
      const a = draw(() => 10 ** (8 * units.uniform() - 4));
      const b = a.map((factor) => factor * (4 * units.uniform() - 2));
      const answers = answersOn(0);
      expectClose(await answers(a, b), await answers(ones, zeros), 1e-3);
    });

    test.runIf(sparse)("for sparse rows, which are not moved", async () => {
      const a = draw(() => 2 ** Math.floor(40 * units.uniform() - 20));
      const sparsely = (x: Dataset) => ({ ...x, features: sparseFromDense(x.features as Tensor<FloatType>) });
      const answers = answersOn(0);
      expect(toNumbers(await answers(a, zeros, sparsely))).toEqual(toNumbers(await answers(ones, zeros, sparsely)));
    });

    test("matters where scaling is switched off", async () => {
      const a = draw(() => 2 ** Math.floor(10 * units.uniform() - 5));
      const answers = answersOn(0);
      const [off, on] = [await answers(a, zeros, (x) => ({ ...x, scaling: "none" })), await answers(ones, zeros)];
      // Trees ask for the order of values alone.
      if (learner.name === "forest") expect(toNumbers(off)).toEqual(toNumbers(on));
      else expect(difference(off, on)).toBeGreaterThan(1e-3);
    });

    test("scaling by the columns' own ranges does not heed the box", async () => {
      const boxed = (bounds: number) => (x: Dataset) => ({
        ...x,
        domain: uniformDomain(D, -bounds, bounds),
        scaling: "columns" as const,
      });
      const a = draw(() => 2 ** Math.floor(40 * units.uniform() - 20));
      const answers = answersOn(0);
      expect(toNumbers(await answers(a, zeros, boxed(2 ** 30)))).toEqual(toNumbers(await answers(ones, zeros)));
    });
  });

  law("permutation", "the order of rows changes nothing", async () => {
    const shuffled = takeRows(data, permutation(stream(7, "rows"), 90));
    const [a, b] = await Promise.all([train(data), train(shuffled)]);
    expectClose(await scoresOf(a.model, unseen), await scoresOf(b.model, unseen), 1e-3);
  });

  law("weights", "a row given twice weighs twice", async () => {
    const again = Int32Array.from({ length: 30 }, (_, i) => i);
    const twice = takeRows(data, [...data.labels.keys(), ...again]);
    const parsed = parseOptions(learner, options);
    const context = { runtime, random: (label: string) => stream(3, label) };
    const rowWeights = Float64Array.from({ length: 90 }, (_, i) => (i < 30 ? 2 : 1));
    const doubled = await learner.fit(twice, parsed, context);
    const weighed = await learner.fit(data, parsed, { ...context, rowWeights });
    const plain = await learner.fit(data, parsed, context);
    const [a, b, c] = await Promise.all(
      [doubled, weighed, plain].map(({ model }) => scoresOf(modelFromGraph(model), unseen)),
    );
    expectClose(a, b, 1e-3);
    expect(difference(a, c)).toBeGreaterThan(2e-3);
  });

  test.runIf(weighted && "weights" in skip)("weights are heeded", async () => {
    const parsed = parseOptions(learner, options);
    const context = { runtime, random: (label: string) => stream(3, label) };
    const rowWeights = Float64Array.from(data.labels, (label) => (label === 1 ? 0 : 1));
    const { model } = await learner.fit(data, parsed, { ...context, rowWeights });
    const scores = await scoresOf(modelFromGraph(model), unseen);
    expect([...argMax(scores)]).not.toContain(1);
  });

  test.runIf(differentiable)("differentiable: gradients are those of finite differences", async () => {
    const opened = await openModel(runtime, (await train(data)).model);
    const point = takeRows(unseen, [0]).features as Tensor<"float32">;
    const label = Int32Array.of(0);
    const { gradient } = await opened.differentiable!.inputGradient("margin", point, label);
    const size = Math.hypot(...(gradient.data as Float32Array));
    expect(size).toBeGreaterThan(0.01);
    const along = stream(8, "directions");
    const at = async (direction: Float32Array, step: number) => {
      const moved = point.data.map((value, i) => value + step * direction[i]);
      return margin(await opened.scores({ ...point, data: moved }), label)[0];
    };
    let smooth = 0;
    for (let k = 0; k < 12; k++) {
      const raw = Float32Array.from({ length: D }, () => along.normal());
      const length = Math.hypot(...raw);
      const direction = raw.map((value) => value / length);
      const slope = async (h: number) => ((await at(direction, h)) - (await at(direction, -h))) / (2 * h);
      const [wide, narrow] = [await slope(0.02), await slope(0.01)];
      if (Math.abs(wide - narrow) > 0.01 * size) continue; // a kink of ReLU in between
      smooth++;
      const product = direction.reduce((sum, value, i) => sum + value * (gradient.data[i] as number), 0);
      expect(Math.abs(product - narrow)).toBeLessThan(0.02 * size);
    }
    expect(smooth).toBeGreaterThan(5);
    await opened.close();
  });

  test.runIf(!differentiable)("not differentiable: the reason names the operator", async () => {
    const opened = await openModel(runtime, (await train(data)).model);
    expect(opened.differentiable).toBeUndefined();
    expect(opened.notDifferentiable).toMatch(/unsupported node ".+" \(.+\): .*decision trees/);
    await opened.close();
  });

  test(`scores are ${affine ? "" : "not "}affine`, async () => {
    const { model } = await train(data);
    expect(isAffine(model)).toBe(affine);
    const x = (unseen.features as Tensor<"float32">).data;
    const mixed = Float32Array.from({ length: 30 * D }, (_, i) => 0.25 * x[i] + 0.75 * x[i + 30 * D]);
    const scores = toNumbers(await scoresOf(model, unseen));
    const between = toNumbers(await scoresOf(model, { features: tensor("float32", [30, 1, SIDE, SIDE], mixed) }));
    const expected = between.map((_, i) => 0.25 * scores[i] + 0.75 * scores[i + 90]);
    const gap = Math.max(...between.map((value, i) => Math.abs(value - expected[i])));
    if (affine) expect(gap).toBeLessThan(1e-4 * Math.max(...scores.map(Math.abs)));
    else expect(gap).toBeGreaterThan(1e-3);
  });

  test.runIf(sparse)("sparse: the same model from sparse rows", async () => {
    const rows = { ...data, features: sparseFromDense(data.features as Tensor<FloatType>) };
    const [a, b] = [await train(data), await train(rows)];
    expectClose(await scoresOf(a.model, unseen), await scoresOf(b.model, unseen), 1e-4);
  });

  test.runIf(onlyImages)("images: rows of another shape are refused", async () => {
    const flat = { ...data, featureShape: [D], features: { ...(data.features as Tensor<"float32">), shape: [90, D] } };
    await expect(train(flat)).rejects.toThrow(/expected images.*got rows of shape \[36\]/);
  });

  test("data of one class, classes without rows and more classes than rows are told", async () => {
    const same = takeRows(data, [0, 3, 6, 9]);
    await expect(train(same)).rejects.toThrow("rows of at least two classes");
    await expect(train({ ...same, classNames: ["circle"] })).rejects.toThrow(InputError);
    await expect(train(takeRows(data, [0, 1]))).rejects.toThrow("each of 3");
  });

  test("an unknown option suggests the nearest", () => {
    for (const option of optionNames(learner)) {
      const misspelt = `${option}e`;
      expect(() => parseOptions(learner, { [misspelt]: 1 })).toThrow(`did you mean "${option}"?`);
    }
  });

  test("numbers out of range are refused, and the option is named", () => {
    for (const option of positive) expect(() => parseOptions(learner, { [option]: 0 }), option).toThrow(InputError);
    for (const option of optionNames(learner)) {
      const bad = { [option]: -1 };
      expect(() => parseOptions(learner, bad), option).toThrow(`invalid option ${option} of ${learner.name}`);
      expect(() => parseOptions(learner, { [option]: Number.NaN }), option).toThrow(InputError);
    }
  });

  test("high and low complexity are options that it has, and differ", () => {
    const { high, low } = learner.complexities;
    expect(parseOptions(learner, high)).not.toEqual(parseOptions(learner, low));
  });
});

describe("data that no learner can use", () => {
  const labels = [0, 1];
  test("is refused before training", () => {
    const rows = (values: number[]) => tensor("float32", [2, values.length / 2], values);
    expect(() => dataset({ features: rows([1, Number.NaN, 0, 1]), labels })).toThrow("1 NaN or infinite");
    expect(() => dataset({ features: rows([]), labels: [] })).toThrow("at least one row");
    expect(() => dataset({ features: rows([1, 2]), labels: [0] })).toThrow("as many labels as rows");
  });
});

function optionNames(learner: AnyLearner): string[] {
  return Object.keys((learner.options as unknown as z.ZodObject).shape);
}

async function scoresOf(model: Model, { features }: Pick<Dataset, "features">): Promise<Tensor<FloatType>> {
  const opened = await openModel(runtime, model);
  const scores = await opened.scores(features as Tensor);
  await opened.close();
  return scores;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The largest difference of two tables of scores, relative to the largest score. */
function difference(a: Tensor, b: Tensor): number {
  const [left, right] = [toNumbers(a), toNumbers(b)];
  const scale = Math.max(...left.map(Math.abs));
  return Math.max(...left.map((value, i) => Math.abs(value - right[i]))) / scale;
}

function expectClose(a: Tensor, b: Tensor, tolerance: number): void {
  expect(difference(a, b)).toBeLessThan(tolerance);
}
