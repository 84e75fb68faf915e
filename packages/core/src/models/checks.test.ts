// Each check fires on a model made to deserve it, and none on an honest one.

import fc from "fast-check";
import { expect, test } from "vitest";
import { type Tensor, tensor, toFloat } from "../tensor.ts";
import { checkAnswers, checkModel } from "./checks.ts";
import type { OpenModel } from "./open.ts";

const N = 60;
const wave = (i: number) => Math.sin(3.1 * i + 0.2) * 0.9;
const x = tensor(
  "float32",
  [N, 3],
  Array.from({ length: 3 * N }, (_, i) => wave(i)),
);
const W = [
  [1, -2, 0.5],
  [-1.5, 1, 1],
];

type Scores = (row: readonly number[], i: number, all: number) => readonly number[];

const linear: Scores = (row) => W.map((w) => w.reduce((sum, value, j) => sum + value * row[j], 0));

/** A model that scores by a function, with the gradients of the cross-entropy of that function, or others. */
function modelOf(f: Scores, gradientOf: Scores = f, scale = 1): OpenModel {
  const rows = (batch: Tensor) =>
    Array.from({ length: batch.shape[0] }, (_, i) => Array.from(batch.data.slice(3 * i, 3 * i + 3), Number));
  const apply = (g: Scores, batch: Tensor) => {
    const all = rows(batch);
    return tensor(
      "float32",
      [all.length, 2],
      all.flatMap((row, i) => g(row, i, all.length)),
    );
  };
  const scorer = {
    inputShape: [3],
    classes: 2,
    probabilities: false,
    model: {} as never,
    scores: async (batch: Tensor) => apply(f, batch),
    labels: async () => undefined,
    close: async () => {},
  };
  const loss = (row: readonly number[], label: number) => {
    const [a, b] = gradientOf(row, 0, N);
    return Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b))) - [a, b][label];
  };
  const differentiable = {
    ...scorer,
    async inputGradient(_: string, batch: Tensor, labels: Int32Array) {
      const data = rows(batch).flatMap((row, i) =>
        row.map((_, j) => {
          const at = (h: number) =>
            loss(
              row.map((value, k) => (k === j ? value + h : value)),
              labels[i],
            );
          return (scale * (at(1e-5) - at(-1e-5))) / 2e-5;
        }),
      );
      return { scores: apply(f, batch), gradient: tensor("float32", batch.shape, data) };
    },
  };
  return { ...scorer, differentiable: differentiable as never, notDifferentiable: undefined, rowsOfCall: N };
}

const argMaxOf = (row: readonly number[]) => (linear(row, 0, N)[0] >= linear(row, 0, N)[1] ? 0 : 1);
const right = Int32Array.from({ length: N }, (_, i) => argMaxOf([0, 1, 2].map((j) => x.data[3 * i + j])));
const checksOf = async (model: OpenModel, labels = right) =>
  (await checkModel(model, x, labels)).map(({ check }) => check);

test("an honest model gives no cause for warning", async () => {
  expect(await checksOf(modelOf(linear))).toEqual([]);
});

test("labels that have nothing to do with the scores", async () => {
  const shuffled = Int32Array.from({ length: N }, (_, i) => right[(i * 7 + 3) % N]);
  expect(await checksOf(modelOf(linear), shuffled)).toEqual(["chance"]);
});

test("reversed labels are no better than chance either", async () => {
  expect(
    await checksOf(
      modelOf(linear),
      right.map((label) => 1 - label),
    ),
  ).toEqual(["chance"]);
});

test("scores that are no numbers, and scores that are all the same", async () => {
  expect(await checksOf(modelOf(() => [0, Number.NaN]))).toContain("scores");
  expect(await checksOf(modelOf(() => [0, 1]))).toContain("scores");
});

test("a row with NaN counts as wrong, and its neighbours are not suspected of changing it", async () => {
  const holes: Scores = (row, i, all) => (row[0] === x.data[0] ? [Number.NaN, 1] : linear(row, i, all));
  const warnings = await checkModel(modelOf(holes, linear), x, right);
  expect(warnings.map(({ check }) => check)).toEqual(["scores"]);
  expect(warnings[0].sentence).toMatch(/^Scores of 1 of 60 rows .* NaN in row 0/);
});

test("rows without a finite gradient are counted, and no other warning comes of them", async () => {
  const roots =
    (power: number): Scores =>
    (row) =>
      row.slice(0, 2).map((value, j) => Math.sign(value - x.data[j]) * Math.abs(value - x.data[j]) ** power);
  const model = modelOf(roots(0.5));
  const differentiable = {
    ...model.differentiable!,
    async inputGradient(...task: Parameters<NonNullable<typeof model.differentiable>["inputGradient"]>) {
      const { scores, gradient } = await model.differentiable!.inputGradient(...task);
      gradient.data.set([Number.POSITIVE_INFINITY, Number.NaN], 0);
      return { scores, gradient };
    },
  };
  const labels = Int32Array.from({ length: N }, (_, i) =>
    x.data[3 * i] - x.data[0] >= x.data[3 * i + 1] - x.data[1] ? 0 : 1,
  );
  const warnings = await checkModel({ ...model, differentiable }, x, labels);
  expect(warnings.map(({ check }) => check)).toEqual(["ties", "gradients"]);
  expect(warnings[0].sentence).toMatch(/^In 1 of 60 rows several classes/);
  expect(warnings[1].sentence).toMatch(/^For 1 of 60 rows the gradient is not finite/);
});

test("scores taken for probabilities that are none", async () => {
  expect(await checksOf({ ...modelOf(linear), probabilities: true })).toContain("scores");
});

test("scores so far apart that probabilities are 1", async () => {
  expect(await checksOf(modelOf((row, ...rest) => linear(row, ...rest).map((s) => 1000 * s)))).toContain("saturation");
});

test("scores that change from call to call", async () => {
  let calls = 0;
  const random: Scores = (row, i, all) => linear(row, i, all).map((s) => s + 1e-4 * wave(calls++));
  expect(await checksOf(modelOf(random))).toEqual(["randomness"]);
});

test("rows that change each other's scores", async () => {
  const mixed: Scores = (row, i, all) => linear(row, i, all).map((s, k) => s + (k * all) / (10 * N));
  expect(await checksOf(modelOf(mixed))).toContain("neighbours");
});

test("gradients that are zero, or belong to other scores", async () => {
  expect(await checksOf(modelOf(linear, linear, 0))).toEqual(["gradients", "differences"]);
  expect(await checksOf(modelOf(linear, linear, 3))).toEqual(["differences"]);
  const other: Scores = ([a, b, c], i, all) => linear([b, c, a], i, all);
  expect(await checksOf(modelOf(linear, other))).toEqual(["differences"]);
});

test("scales and offsets of single features change no verdict, nor do features that never differ", async () => {
  const factor = fc.double({ min: -6, max: 6, noNaN: true }).map((power) => 10 ** power);
  const factors = fc.tuple(factor, factor, factor);
  const offsets = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -100, max: 100, noNaN: true })));
  const other: Scores = ([a, b, c], i, all) => linear([b, c, a], i, all);
  const cases: [OpenModel, readonly string[]][] = [
    [modelOf(linear), []],
    [modelOf(linear, linear, 3), ["differences"]],
    [modelOf(linear, other), ["differences"]],
  ];
  for (const [model, expected] of cases) {
    const verdict = async (a: readonly number[], b: readonly number[], constant?: number) => {
      const at = (i: number) => (i % 3 === constant ? 0 : x.data[i]);
      const inside = (batch: Tensor) => ({
        ...batch,
        data: toFloat(batch, "float32").data.map((value, i) => (value - a[i % 3] * b[i % 3]) / a[i % 3]),
      });
      const units = Float32Array.from({ length: 3 * N }, (_, i) => a[i % 3] * (at(i) + b[i % 3]));
      const moved: OpenModel = {
        ...model,
        scores: (batch) => model.scores(inside(batch) as Tensor),
        differentiable: {
          ...model.differentiable!,
          async inputGradient(objective, batch, labels) {
            const found = await model.differentiable!.inputGradient(
              objective,
              inside(batch) as Tensor<"float32">,
              labels,
            );
            const data = toFloat(found.gradient, "float32").data.map((value, i) => value / a[i % 3]);
            return { ...found, gradient: { ...found.gradient, data } as Tensor<"float32"> };
          },
        },
      };
      const scores = await moved.scores({ ...x, data: units } as Tensor);
      const labels = Int32Array.from({ length: N }, (_, i) => (scores.data[2 * i] >= scores.data[2 * i + 1] ? 0 : 1));
      return (await checkModel(moved, { ...x, data: units } as Tensor, labels)).map(({ check }) => check);
    };
    await fc.assert(
      fc.asyncProperty(factors, offsets, async (a, b) => {
        expect(await verdict(a, b)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
    if (expected.length === 0) expect(await verdict([1, 1, 1], [0, 0, 0], 2)).toEqual([]);
  }
});

test("a stray value does not lengthen the steps", async () => {
  const stray = { ...x, data: toFloat(x, "float32").data.map((value, i) => (i === 121 ? 1e6 : value)) } as Tensor;
  expect((await checkModel(modelOf(linear), stray, right)).map(({ check }) => check)).toEqual([]);
});

/** N answers of K probabilities each, that a class's own is the largest of for most rows, and the labels. */
const answered = fc
  .record({
    k: fc.integer({ min: 2, max: 6 }),
    seed: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 240, maxLength: 240 }),
  })
  .map(({ k, seed }) => {
    const labels = Int32Array.from({ length: 40 }, (_, i) => (i + 1) % k);
    const rows = Array.from(labels, (label, i) => {
      const weights = seed.slice(6 * i, 6 * i + k).map((value, j) => value + 0.01 + (j === label ? 1 : 0));
      return weights.map((weight) => weight / weights.reduce((sum, each) => sum + each));
    });
    return { k, labels, rows };
  });
const scoresOf = (rows: readonly (readonly number[])[]) =>
  tensor("float64", [rows.length, rows[0].length], rows.flat());
const service = { probabilities: true, answers: "scores" } as const;

test("answers that are sorted by size give a warning, the same ones in the order of classes give none", () => {
  const checks = (rows: readonly (readonly number[])[], labels: Int32Array) =>
    checkAnswers(scoresOf(rows), labels, service).map(({ check }) => check);
  fc.assert(
    fc.property(answered, ({ k, labels, rows }) => {
      expect(checks(rows, labels)).toEqual([]);
      expect(
        checks(
          rows.map((row) => row.toSorted((a, b) => b - a)),
          labels,
        ),
      ).toEqual(["order"]);
      expect(
        checks(
          rows.map((row) => row.toSorted((a, b) => a - b)),
          labels,
        ),
      ).toEqual(["order"]);
      // Classes one further on: in an order, but not in that of the labels.
      const shifted = labels.map((label) => (label + 1) % k);
      expect(checks(rows, shifted)).toEqual(["chance"]);
    }),
  );
});

test("of answers that are 0 and 1 saturation is told where they are scores, and errors alone where they are names", () => {
  const labels = Int32Array.from({ length: 40 }, (_, i) => i % 3);
  const rows = Array.from(labels, (label) => [0, 1, 2].map((k) => Number(k === label)));
  expect(checkAnswers(scoresOf(rows), labels, service).map(({ check }) => check)).toEqual(["saturation"]);
  expect(checkAnswers(scoresOf(rows), labels, { ...service, answers: "labels" })).toEqual([]);
  const others = labels.map((label) => (label + 1) % 3);
  const [warning] = checkAnswers(scoresOf(rows), others, { ...service, answers: "labels" });
  expect(warning).toMatchObject({ check: "chance", sentence: expect.not.stringContaining("--normalize") });
});
