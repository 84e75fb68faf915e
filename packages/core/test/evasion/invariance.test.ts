// Laws of every attack on every learner: the units of scores and features, and the zero of scores, change no point.

import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";
import { craftEvasion } from "../../src/attacks/evasion/craft.ts";
import { buildEvasion } from "../../src/attacks/evasion/evasionAttack.ts";
import { evasionAttacks } from "../../src/attacks/evasion/index.ts";
import { lineSearchAttack } from "../../src/attacks/evasion/lineSearch.ts";
import { minimumEpsilon } from "../../src/attacks/evasion/minimum.ts";
import { runAttack } from "../../src/attacks/run.ts";
import { type Dataset, dataset, denseRows, takeRows } from "../../src/data/dataset.ts";
import { fit } from "../../src/learners/fit.ts";
import { learners } from "../../src/learners/registry.ts";
import { margin } from "../../src/models/losses.ts";
import { type Model, modelFromGraph } from "../../src/models/model.ts";
import { openModel } from "../../src/models/open.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
import { appendGraph } from "../../src/onnx/append.ts";
import { GraphBuilder, modelOf } from "../../src/onnx/builder.ts";
import { stream } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";
import { norms } from "../../src/threat/norm.ts";
import type { BudgetedThreat } from "../../src/threat/threat.ts";

const runtime = runtimeFrom(ort);
const [n, side, classes] = [9, 6, 3];
const row = [1, side, side];
const epsilon = { l0: 3, l1: 2, l2: 0.7, linf: 0.1 };
const short = { epochs: 20, batch: 16, learningRate: 0.05 };
const options: Readonly<Record<string, object>> = {
  "svm-rbf": { C: 10, gamma: 0.3 },
  mlp: { ...short, widths: [10] },
  cnn: { ...short, layers: [{ conv: 4, kernel: 3 }, { dense: 8 }] },
};

/** Noisy patterns, one for each class; binary where asked for. */
function images(rows: number, binary: boolean): Dataset {
  const random = stream(4, "images", rows);
  const values = Float32Array.from({ length: rows * side * side }, (_, at) => {
    const pattern = stream(9, "pattern", Math.floor(at / (side * side)) % classes, at % (side * side)).uniform();
    const value = 0.5 * pattern + 0.5 * random.uniform();
    return binary ? Math.round(value) : value;
  });
  const d = side * side;
  const box = { lower: new Float64Array(d), upper: new Float64Array(d).fill(1) };
  return dataset({
    features: tensor("float32", [rows, ...row], values),
    labels: Array.from({ length: rows }, (_, i) => i % classes),
    domain: binary ? { ...box, kinds: new Array<"binary">(d).fill("binary") } : box,
  });
}

type Rewrite = (g: GraphBuilder, value: string) => string;

/** The model with something done to its scores. */
function withScores({ onnx }: Model, rewrite: Rewrite): Model {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", ...row]);
  const inner = appendGraph(g, onnx!.graph, { x }, "inner:");
  g.output(rewrite(g, inner("scores")), "scores");
  return modelFromGraph(modelOf(g.graph()));
}

const times = (model: Model, factor: number) => withScores(model, (g, s) => g.node("Mul", [s, g.scalar(factor, s)]));
const plus = (model: Model, shift: number) => withScores(model, (g, s) => g.node("Add", [s, g.scalar(shift, s)]));

const powers = fc.integer({ min: -40, max: 40 }).filter((k) => k !== 0);
const factors = fc.double({ min: -12, max: 12, noNaN: true }).map((exponent) => 10 ** exponent);

describe.each(Object.values(learners).filter(({ capabilities }) => capabilities.differentiable))("$name", (learner) => {
  const training = images(60, false);
  const attacked = takeRows(
    images(2 * n, false),
    Int32Array.from({ length: n }, (_, i) => i + n),
  );
  const flippable = takeRows(
    images(2 * n, true),
    Int32Array.from({ length: n }, (_, i) => i + n),
  );
  let model: Model;
  let plain: Awaited<ReturnType<typeof attackAll>>;

  beforeAll(async () => {
    const chosen = { runtime, seed: 3, stream: "a", options: { ...options[learner.name] } };
    ({ model } = await fit(learner, training, chosen));
    plain = await attackAll(model);
  });

  /** What attacks do to a model, one after the other on the same sessions. */
  async function on<T>(
    attackedModel: Model,
    use: (opened: NonNullable<Awaited<ReturnType<typeof openModel>>["differentiable"]>) => Promise<T>,
  ): Promise<T> {
    const opened = await openModel(runtime, attackedModel);
    return use(opened.differentiable!).finally(() => opened.close());
  }

  const cases = Object.values(evasionAttacks)
    .filter(({ capabilities }) => !capabilities.trees)
    .flatMap((entry) => entry.capabilities.norms.map((norm) => ({ attack: entry.name, norm, entry })));

  /** Searches show in a few rounds what they show in many. */
  const shortened: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    pgd: { steps: 10, restarts: 1 },
    apgd: { steps: 20 },
    universal: { steps: 10 },
    evolution: { generations: 4 },
    caa: { generations: 4 },
    beam: { changes: 2 },
  };

  /** Every attack of the registry under every norm that it knows. */
  const attackAll = (each: Model) =>
    on(each, async (opened) => {
      const results = [];
      for (const { entry, norm } of cases) {
        const data = entry.capabilities.discrete ? flippable : attacked;
        const threat: BudgetedThreat = { norm: norms[norm], domain: data.domain, epsilon: epsilon[norm] };
        const given = shortened[entry.name] ?? {};
        const task = { models: [opened], x: denseRows(data), labels: data.labels, threat, seed: 5 };
        results.push(await runAttack(buildEvasion(entry, given, threat), task));
      }
      return results;
    });

  const craftAll = (each: Model) =>
    on(each, (opened) => {
      const threat = { norm: norms.l2, domain: attacked.domain };
      const task = { model: each, opened, x: denseRows(attacked), labels: attacked.labels, threat };
      return craftEvasion({ ...task, pool: training, epsilons: [0.01, 0.3, 0.7], seed: 5 });
    });

  const minimumOf = (each: Model) =>
    on(each, (opened) => {
      const threat = { norm: norms.l2, domain: attacked.domain };
      const task = { models: [opened], x: denseRows(attacked), labels: attacked.labels, threat, seed: 5 };
      return minimumEpsilon({ ...task, attack: lineSearchAttack() });
    });

  test("scores times a power of two: the same points to the last bit, whatever the attack", async () => {
    const [crafted, minimum] = [await craftAll(model), await minimumOf(model)];
    const moved = crafted[0].size.filter((size) => size > 0.005);
    expect(moved.length).toBe(n);
    await fc.assert(
      fc.asyncProperty(powers, async (power) => {
        const scaled = times(model, 2 ** power);
        for (const [i, { points, objective, queries }] of (await attackAll(scaled)).entries()) {
          expect(points, `${cases[i].attack} under ${cases[i].norm}`).toEqual(plain[i].points);
          expect(objective).toEqual(plain[i].objective.map((value) => value * 2 ** power));
          expect(queries).toEqual(plain[i].queries);
        }
        (await craftAll(scaled)).forEach(({ points }, e) => {
          expect(points).toEqual(crafted[e].points);
        });
        const { epsilon, points } = await minimumOf(scaled);
        expect([epsilon, points]).toEqual([minimum.epsilon, minimum.points]);
      }),
      { numRuns: 3 },
    );
  });

  test("features, box and budget times a power of two: the points times it, to the last bit", async () => {
    await fc.assert(
      fc.asyncProperty(powers, async (power) => {
        const unit = 2 ** power;
        const g = new GraphBuilder();
        const x = g.input("x", "float32", ["N", ...row]);
        const inner = appendGraph(g, model.onnx!.graph, { x: g.node("Div", [x, g.scalar(unit, x)]) }, "inner:");
        g.output(inner("scores"), "scores");
        const times = (values: Float32Array | Float64Array) => values.map((value) => value * unit);
        await on(modelFromGraph(modelOf(g.graph())), async (opened) => {
          for (const [i, { entry, norm }] of cases.entries()) {
            if (entry.capabilities.discrete) continue;
            const { lower, upper } = attacked.domain;
            const domain = { lower: lower.map((low) => low * unit), upper: upper.map((high) => high * unit) };
            const threat: BudgetedThreat = {
              norm: norms[norm],
              domain,
              epsilon: epsilon[norm] * (norm === "l0" ? 1 : unit),
            };
            const given = shortened[entry.name] ?? {};
            const { data } = denseRows(attacked);
            const scaled = tensor(
              "float32",
              [n, ...row],
              Float32Array.from(data, (value) => value * unit),
            );
            const task = { models: [opened], x: scaled, labels: attacked.labels, threat, seed: 5 };
            const { points, size } = await runAttack(buildEvasion(entry, given, threat), task);
            expect([cases[i].attack, norm, points.data]).toEqual([cases[i].attack, norm, times(plain[i].points.data)]);
            expect(size).toEqual(norm === "l0" ? plain[i].size : times(plain[i].size));
          }
        });
      }),
      { numRuns: 2 },
    );
  });

  /** That points are worth as much on the model itself as those that were crafted on it. */
  async function expectAsGood(results: typeof plain, share: number) {
    await on(model, async (opened) => {
      for (const [i, { points }] of results.entries()) {
        const { labels } = cases[i].entry.capabilities.discrete ? flippable : attacked;
        const values = margin(await opened.scores(points), labels);
        values.forEach((value, at) => {
          const size = Math.max(1e-3, Math.abs(plain[i].objective[at]));
          expect(Math.abs(value - plain[i].objective[at]) / size, cases[i].attack).toBeLessThan(share);
        });
      }
    });
  }

  test("scores times any number, or shifted: points of the same objective", async () => {
    await fc.assert(
      fc.asyncProperty(factors, fc.integer({ min: -8, max: 8 }), async (factor, shift) => {
        await expectAsGood(await attackAll(times(model, factor)), 0.01);
        await expectAsGood(await attackAll(plus(model, shift)), 0.01);
      }),
      { numRuns: 2 },
    );
  });
});
