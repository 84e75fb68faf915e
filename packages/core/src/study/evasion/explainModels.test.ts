// Models that are there already: linear ones, whose S and R are known, and a target without gradients.

import { expect, it } from "vitest";
import { boxPoints, openLinear, randomFunctions, runtime } from "../../../test/linearWorld.ts";
import { type Dataset, denseRows, takeRows } from "../../data/dataset.ts";
import { InputError } from "../../errors.ts";
import { fit } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import { dot, norm } from "../../linalg.ts";
import { modelFromGraph } from "../../models/model.ts";
import { GraphBuilder, modelOf } from "../../onnx/builder.ts";
import { tensor, toNumbers } from "../../tensor.ts";
import { explainModels } from "./explainModels.ts";

const data = boxPoints(7, 60, 10);
const [f, g0] = randomFunctions(7, 2, 10);

async function linear(name: string, of: typeof f) {
  const { model, opened } = await openLinear([of], data);
  await opened.close();
  return { name, model };
}

const common = { runtime, data, norm: "l2" as const, epsilons: [0.05], seed: 0 };

it("gives R of linear models as the cosine of their weights, up to the sign of both gradients", async () => {
  const result = await explainModels({
    ...common,
    surrogates: [await linear("A", f)],
    targets: [await linear("B", g0)],
    smoothness: 5,
  });
  const R = dot(f.weights, g0.weights) / (norm(f.weights) * norm(g0.weights));
  expect(result.pairs.find(({ target }) => target === "B")!.alignment.estimate).toBeCloseTo(R, 5);
  const cell = result.means.find(({ surrogate, target }) => surrogate === "A" && target === "B")!;
  const target = result.models.find(({ id }) => id === "B")!;
  expect(cell.linearised! / target.gradientSize!.estimate).toBeCloseTo(R, 5);
  expect(cell.decomposition!.bound).toBeCloseTo(0.05 * target.gradientSize!.estimate, 10);
  // A small step on a smooth loss: nearly all of it is first order.
  expect(cell.decomposition!.explained!).toBeGreaterThan(0.9);
  expect(result.undefinedFor).toEqual(["V of A: undefined, it needs at least two models of one learner and options"]);
  expect(result.findings).toHaveLength(1);
  expect(JSON.stringify(result)).not.toContain("NaN");
});

it("measures on points with a finite gradient what it would measure without the others, and tells how many", async () => {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", 10]);
  const weights = tensor(
    "float32",
    [10, 2],
    Array.from(f.weights).flatMap((w) => [w, -w]),
  );
  g.output(g.node("MatMul", [g.node("Sqrt", [x]), g.constant(weights)]), "scores");
  const root = { name: "root", model: modelFromGraph(modelOf(g.graph(), { scores: "logits" })) };
  // Every third point has a feature of 0, where the root has no slope; all others lie inside the box.
  const values = Array.from(toNumbers(denseRows(data)), (value, i) => {
    const isAtZero = Math.floor(i / 10) % 3 === 0 && i % 10 === Math.floor(i / 10) % 10;
    return isAtZero ? 0 : 0.1 + 0.8 * value;
  });
  const edge = { ...data, features: tensor("float32", [60, 10], values) };
  const inside = takeRows(
    edge,
    Array.from({ length: 60 }, (_, i) => i).filter((i) => i % 3 > 0),
  );
  const explain = async (points: Dataset) =>
    explainModels({ ...common, data: points, surrogates: [await linear("A", g0)], targets: [root] });
  const [whole, part] = [await explain(edge), await explain(inside)];
  const measured = ({ models, pairs, cells }: typeof whole) => ({
    S: models.find(({ id }) => id === "root")!.gradientSize!.estimate,
    loss: models.find(({ id }) => id === "root")!.cleanLoss,
    R: pairs.find(({ target }) => target === "root")!.alignment.estimate,
    cells: cells
      .filter(({ surrogate, target }) => surrogate === "A" && target === "root")
      .map(({ lossIncrease, predictedIncrease, linearisedIncrease }) => [
        lossIncrease,
        predictedIncrease,
        linearisedIncrease,
      ]),
  });
  expect(measured(whole)).toEqual(measured(part));
  expect(measured(whole).S).toBeGreaterThan(0);
  expect(whole.undefinedFor[1]).toMatch(
    /of root are of 40 of 60 points: on 20 its loss or its gradient is not finite$/,
  );
  expect(whole.undefinedFor[2]).toBe(
    "Attacks on root met gradients or scores that are not finite at 20 of 60 points, and may be weaker there",
  );
  expect(part.undefinedFor).toHaveLength(1);
  expect(JSON.stringify(whole)).not.toMatch(/NaN|null/);
});

it("gives V for several models of one learner, 0 for the same model twice, and keeps what a forest has", async () => {
  const train = async (learner: string, seed: number, options: Record<string, unknown>) =>
    (await fit(learnerByName(learner), boxPoints(seed, 80, 10), { runtime, seed, stream: "t", options })).model;
  const one = await train("logistic", 1, { C: 1 });
  const other = await train("logistic", 2, { C: 1 });
  const forest = { name: "forest", model: await train("forest", 1, { trees: 3 }) };
  const explain = (second: typeof one) =>
    explainModels({
      ...common,
      surrogates: [
        { name: "a", model: one },
        { name: "b", model: second },
      ],
      targets: [forest],
    });
  const same = await explain(one);
  expect(same.variability).toMatchObject([{ surrogates: ["a", "b"], perPoint: 0, ofMean: 0 }]);
  const different = await explain(other);
  expect(different.variability[0].perPoint!).toBeGreaterThan(0);
  expect(different.undefinedFor).toHaveLength(1);
  expect(different.undefinedFor[0]).toMatch(/^R, S, rho and predicted loss on forest: absent, .+/);
  const cells = different.means.filter(({ target }) => target === "forest");
  expect(cells).toHaveLength(2);
  for (const cell of cells) {
    expect(cell.alignment).toBeUndefined();
    expect(cell.decomposition).toBeUndefined();
    expect(cell.labelAgreement!).toBeGreaterThan(0);
    expect(Number.isFinite(cell.error)).toBe(true);
  }
  const refused = explainModels({ ...common, surrogates: [forest], targets: [{ name: "a", model: one }] });
  await expect(refused).rejects.toThrow(InputError);
  const twice = explainModels({ ...common, surrogates: [forest], targets: [forest] });
  await expect(twice).rejects.toThrow(/"forest" twice/);
});

it("measures in units of ranges what it would measure of features that were divided by them", async () => {
  const d = 10;
  const unit = Float64Array.from({ length: d }, (_, j) => 2 ** (((7 * j) % 11) - 5));
  const spread = (values: ArrayLike<number>) => Array.from(values, (value, i) => value * unit[i % d]);
  const columns: Dataset = {
    ...data,
    features: tensor("float32", [60, d], spread(toNumbers(denseRows(data)))),
    domain: { lower: new Float64Array(d), upper: unit },
  };
  const ofColumns = async (name: string, { weights, bias }: typeof f) => {
    const { model, opened } = await openLinear([{ weights: weights.map((w, j) => w / unit[j]), bias }], columns);
    await opened.close();
    return { name, model };
  };
  const size = "logistic" as const;
  const plain = { ...common, size, surrogates: [await linear("A", f)], targets: [await linear("B", g0)] };
  const models = { surrogates: [await ofColumns("A", f)], targets: [await ofColumns("B", g0)] };
  const [inOwn, inRanges] = [
    await explainModels(plain),
    await explainModels({ ...plain, ...models, data: columns, units: "ranges" }),
  ];
  expect(inRanges).toEqual(inOwn);
  const mistaken = await explainModels({ ...plain, ...models, data: columns });
  expect(mistaken.pairs[0].alignment.estimate).not.toBeCloseTo(inOwn.pairs[0].alignment.estimate, 2);
  await expect(explainModels({ ...plain, ...models, data: columns, units: "ranges", smoothness: 5 })).rejects.toThrow(
    "unsupported smoothness with budgets in units of ranges",
  );
});

it("has cells of each attacker beside its own attack's, which they do not change", async () => {
  const [A, B, C] = [await linear("A", f), await linear("B", g0), await linear("C", f)];
  const noise = { attack: { name: "noise" } };
  const models = { ...common, surrogates: [A, C], targets: [B] };
  const alone = await explainModels(models);
  const together = { name: "both", how: { ensemble: "meanLoss" } };
  const attackers = [{ name: "same", how: {} }, { name: "noise", how: noise }, together];
  const result = await explainModels({ ...models, attackers });
  const of = (attacker?: string) =>
    result.cells
      .filter((cell) => cell.attacker === attacker && cell.target === "B" && cell.surrogate !== "B")
      .map(({ attacker: _, ...cell }) => cell);
  const increase = (cells: ReturnType<typeof of>) => cells[0].predictedIncrease!;
  const { cells, means, findings } = alone;
  expect(result.cells.filter(({ attacker }) => attacker === undefined)).toEqual(cells);
  expect([result.means, result.findings]).toEqual([means, findings]);
  // Where no rule combines models, points of another attacker that is the same one are the same.
  expect(of("same").map(({ errorUnderAttack, predictedIncrease }) => [errorUnderAttack, predictedIncrease])).toEqual(
    of().map(({ errorUnderAttack, predictedIncrease }) => [errorUnderAttack, predictedIncrease]),
  );
  expect(Math.abs(increase(of("noise")))).toBeLessThan(0.5 * Math.abs(increase(of())));
  expect(of("both").map(({ surrogate }) => surrogate)).toEqual(["ensemble"]);
  // Two surrogates that are one function are attacked as that one is.
  expect(increase(of("both"))).toBeCloseTo(increase(of()), 6);
  const byNoise = await explainModels({ ...models, attack: noise });
  const first = byNoise.cells.find(({ surrogate, target }) => surrogate === "A" && target === "B")!;
  expect(first.predictedIncrease).toBe(of("noise")[0].predictedIncrease);
  await expect(explainModels({ ...models, surrogates: [A], attackers: [together] })).rejects.toThrow(/attacker both/);
});
