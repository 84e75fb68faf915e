// Studies of poisoning on two clouds: budgets nested, parts disjoint, nothing lost when a run is cut, zero points are
// none.

import { beforeAll, describe, expect, it } from "vitest";
import { runtime } from "../../../test/linearWorld.ts";
import { poisonCount } from "../../attacks/poisoning/points.ts";
import { type Dataset, dataset, denseRows, rowCount, takeRows } from "../../data/dataset.ts";
import { columnRanges } from "../../data/domain.ts";
import { sharedRows } from "../../data/overlap.ts";
import { stream } from "../../random.ts";
import { inMemory } from "../../rows.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { encodeArtifact } from "../engine/artifact.ts";
import { execute } from "../engine/execute.ts";
import { startPlan } from "../engine/plan.ts";
import { inProcess, runTask } from "../engine/runTask.ts";
import { memoryStore, readRef, type Store } from "../engine/store.ts";
import { blockCodec, joinBlocks } from "../tasks/poison.ts";
import { poisonJudge } from "../tasks/poisonJudge.ts";
import { planCraft } from "./blocks.ts";
import { type PoisoningMatrix, planPoisoning } from "./plan.ts";
import { planJudge } from "./planJudge.ts";
import { readPoisoning } from "./read.ts";
import type { PoisoningResult } from "./result.ts";
import { poisoningSchema } from "./schema.ts";

/** Two classes whose means differ in every feature, with some overlap, in a box that is not [0, 1]. */
function twoClouds(seed: number, n: number, d: number): Dataset {
  const random = stream(seed, "clouds");
  const labels = Array.from({ length: n }, (_, i) => i % 2);
  const value = (i: number) =>
    2 + 4 * Math.min(1, Math.max(0, 0.5 + (labels[i] ? 0.12 : -0.12) + 0.15 * random.normal()));
  const features = tensor(
    "float64",
    [n, d],
    Float64Array.from({ length: n * d }, (_, k) => value(Math.floor(k / d))),
  );
  return dataset({ features, labels, domain: [2, 6] });
}

const all = twoClouds(1, 260, 6);
const level = (learner: string) => (["high", "low"] as const).map((complexity) => ({ learner, complexity }));
const study = poisoningSchema.parse({
  kind: "poisoning",
  name: "clouds",
  data: { train: "unused" },
  repetitions: 2,
  split: { surrogate: 60, target: 60, validation: 60, test: 60 },
  surrogates: [...level("logistic"), { learner: "ridge" }],
  targets: [...level("logistic"), { learner: "ridge" }, { learner: "forest", options: { trees: 5 } }],
  fractions: [0.2, 0.05],
  metrics: ["size", "alignment", "perturbation", "variability"],
  variability: { sets: 3 },
  permutations: 99,
  claims: true,
});

let store: Store;
let keys: readonly PoisoningMatrix[];
let result: PoisoningResult;

const planned = (given = study) => {
  const plan = startPlan();
  return { plan, keys: planPoisoning(plan, given, { train: { part: plan.data(all), dataset: all, hash: "" } }) };
};

beforeAll(async () => {
  const { plan, keys: own } = planned();
  store = memoryStore();
  keys = own;
  await execute(
    plan,
    keys.flatMap(({ wanted }) => wanted),
    store,
    inProcess(store, runtime),
  );
  result = await readPoisoning(store, keys, study, { train: "given" });
}, 60_000);

const pointsOf = async (id: string, repetition = 0) => {
  const { surrogate, target } = keys[repetition].blocks;
  const refs = surrogate.get(id) ?? target.get(id)!;
  return joinBlocks(await Promise.all(refs.map((ref) => readRef(store, ref))))!;
};

describe("a study of poisoning", () => {
  it("has every cell, sizes by fraction, and means that are those of its repetitions", () => {
    const { cells, repetitions, transferRates } = result;
    // 3 surrogates on 4 targets and 3 white-box attacks, at two fractions.
    expect(cells).toHaveLength(2 * (3 * 4 + 3));
    expect(new Set(repetitions[0].cells.map(({ fraction, points }) => `${fraction} ${points}`))).toEqual(
      new Set([`0.05 ${poisonCount(60, 0.05)}`, `0.2 ${poisonCount(60, 0.2)}`]),
    );
    for (const { surrogate, target, fraction, errorUnderAttack } of cells) {
      const each = repetitions.map(
        (repetition) =>
          repetition.cells.find(
            (cell) => cell.surrogate === surrogate && cell.target === target && cell.fraction === fraction,
          )!.errorUnderAttack.estimate,
      );
      expect(errorUnderAttack.estimate).toBeCloseTo((each[0] + each[1]) / 2, 12);
    }
    for (const { surrogate, fraction, rate } of transferRates) {
      const row = cells.filter((cell) => cell.surrogate === surrogate && cell.fraction === fraction);
      expect(row).toHaveLength(4);
      expect(rate).toBeCloseTo(
        row.reduce((sum, cell) => sum + cell.errorUnderAttack.estimate / 4, 0),
        12,
      );
    }
  });

  it("poisons: white-box points of a fifth raise every target's error", () => {
    for (const { models, cells } of result.repetitions) {
      for (const { id, cleanError, gradientSize } of models) {
        if (!id.startsWith("target/") || id.endsWith("forest")) continue;
        const white = cells.find((cell) => cell.surrogate === id && cell.target === id && cell.fraction === 0.2)!;
        expect(white.errorUnderAttack.estimate, id).toBeGreaterThan(cleanError!.estimate);
        expect(white.ratio).toBe(1);
        expect(gradientSize!.low).toBeGreaterThan(0);
      }
    }
  });

  it("gives all models of a repetition the same starts, clones of the surrogates' rows with the other label", async () => {
    const points = await pointsOf("surrogate/logistic_H");
    const { surrogate, target } = keys[0].blocks;
    for (const id of [...surrogate.keys(), ...target.keys()]) {
      const other = await pointsOf(id);
      expect(other.start.data, id).toEqual(points.start.data);
      expect(other.labels).toEqual(points.labels);
    }
    const again = await pointsOf("surrogate/logistic_H", 1);
    expect(again.start.data).not.toEqual(points.start.data);
    const rows = denseRows(all).data as Float64Array;
    points.labels.forEach((label, i) => {
      const start = points.start.data.subarray(6 * i, 6 * (i + 1));
      const row = all.labels.findIndex((_, at) => start.every((value, j) => value === rows[6 * at + j]));
      expect(all.labels[row]).toBe(1 - label);
    });
  });

  it("measures R, rho and displacement: R is a cosine, rho of two models is symmetric in nothing but its range", () => {
    for (const { pairs, cells, models } of result.repetitions) {
      // Three surrogates with three targets that have gradients.
      expect(pairs).toHaveLength(9);
      for (const { alignment } of pairs) {
        expect(Math.abs(alignment.estimate)).toBeLessThanOrEqual(1);
        expect(alignment.estimate).toBeGreaterThan(0);
      }
      const rhos = cells.flatMap(({ perturbationCorrelation }) => perturbationCorrelation ?? []);
      expect(rhos).toHaveLength(2 * 9);
      for (const rho of rhos) expect(Math.abs(rho)).toBeLessThanOrEqual(1);
      for (const { displacement, moved } of models) {
        if (displacement) expect(displacement.estimate > 0).toBe(moved! > 0);
      }
    }
    expect(result.variability.map(({ surrogate, sets }) => `${surrogate} ${sets}`)).toHaveLength(3);
    for (const { perPoint, ofMean } of result.variability) {
      expect(perPoint).toBeGreaterThan(0);
      expect(ofMean).toBeLessThanOrEqual(perPoint);
    }
  });

  it("tests the claims it has models for and says why not for the others", () => {
    const verdicts = Object.fromEntries(result.explanation.claims.map(({ id, verdict }) => [id, verdict]));
    expect(Object.keys(verdicts)).toEqual(["P1", "P2", "P3", "P4", "P5", "P6", "P7"]);
    for (const id of ["P1", "P2", "P3", "P4", "P5", "P6", "P7"]) expect(verdicts[id], id).not.toBe("not tested");
    const few = poisoningSchema.parse({
      ...study,
      metrics: [],
      targets: [{ learner: "ridge" }],
      surrogates: [{ learner: "ridge" }],
    });
    expect(planned(few).plan.tasks.some(({ kind }) => kind === "poisonGradient" || kind === "poisonVary")).toBe(false);
  });
});

describe("the parts of a study of poisoning", () => {
  it("are disjoint, and a test file that shares rows is refused with their number", async () => {
    const { plan } = planned();
    const split = plan.tasks.find(({ kind, parameters }) => kind === "split" && parameters.repetition === 0)!;
    const { arrays } = (await store.read(split.key))!;
    const parts = Object.values(arrays).map((rows) => takeRows(all, inMemory(rows).data as Int32Array));
    parts.forEach((part, i) => {
      expect(rowCount(part)).toBeGreaterThan(5);
      for (const other of parts.slice(i + 1)) expect(sharedRows(part, other)).toBe(0);
    });
    const shared = takeRows(all, [0, 1, 2, 3, 4, 5]);
    const [train, test] = [all, shared].map((dataset) => ({ part: startPlan().data(dataset), dataset, hash: "" }));
    expect(() => planPoisoning(startPlan(), study, { train, test })).toThrow("got 6 of 6 that are");
  });

  it("too many points, parts too large and surrogates without gradient are told", () => {
    expect(() => planned({ ...study, fractions: [0.6] })).toThrow(
      /number of poisoning points: expected at most 60.*got 90/,
    );
    expect(() => planned({ ...study, split: { ...study.split, test: 200 } })).toThrow(/invalid split: expected parts/);
    expect(() => planned({ ...study, surrogates: [{ learner: "forest" }] })).toThrow(
      /unsupported poisoning of forest: expected a learner with a poisoning gradient: .*logistic.*got forest/,
    );
    expect(() => planned({ ...study, attack: "gradeint" })).toThrow('did you mean "gradient"?');
  });
});

describe("blocks of points", () => {
  const half = (from: number) =>
    takeRows(
      all,
      Array.from({ length: 60 }, (_, i) => from + i),
    );
  const craft = (counts: readonly number[]) => {
    const plan = startPlan();
    const [training, validation] = [0, 60].map((from) => plan.data(half(from)));
    const blocks = planCraft(plan, {
      ...{ attack: "gradient", settings: {}, learner: "logistic", options: { C: 1 }, training, validation, counts },
      ...{ seed: 3, label: "logistic" },
    });
    return { plan, blocks, training, validation };
  };
  const run = async (counts: readonly number[], at: Store = memoryStore()) => {
    const { plan, blocks } = craft(counts);
    await execute(plan, blocks, at, inProcess(at, runtime));
    return Promise.all(blocks.map((ref) => readRef(at, ref)));
  };

  it("of a smaller budget are the first points of a larger one, and are not crafted twice", async () => {
    const at = memoryStore();
    const few = joinBlocks(await run([23], at))!;
    const before = craft([23]).blocks;
    const many = joinBlocks(await run([45], at))!;
    expect(craft([45]).blocks[0].key).toBe(before[0].key);
    expect(many.x.data.slice(0, few.x.data.length)).toEqual(few.x.data);
    expect(many.labels).toHaveLength(45);
    expect(many.x.data).not.toEqual(many.start.data);
  });

  it("are bit-identical after a run that was cut between two of them", async () => {
    const bytesOf = (block: (typeof whole)[number]) => encodeArtifact(blockCodec.encode(block));
    const whole = await run([45]);
    const at = memoryStore();
    const { plan, blocks } = craft([45]);
    for (const [key, source] of plan.sources) await at.write(key, source);
    await runTask(plan.tasks.find(({ key }) => key === blocks[0].key)!, at, runtime);
    const resumed = await run([45], at);
    expect(resumed.map(bytesOf)).toEqual(whole.map(bytesOf));
  });

  it("judged with zero points is the clean error; tuning again chooses among stronger and weaker regularisation", async () => {
    const at = memoryStore();
    const { plan, blocks, training } = craft([12]);
    const test = plan.data(half(120));
    const verdicts = (from: typeof blocks, counts: readonly number[], retune: boolean) => {
      const parameters = { learner: "logistic", options: { C: 100 }, seed: 0, label: "judge", counts, retune };
      return plan.add(poisonJudge, parameters, { training, test, blocks: from }, "judged");
    };
    const asked = [verdicts([], [0], false), verdicts(blocks, [0, 12], false), verdicts(blocks, [0, 12], true)];
    // Said to be of more rows than it is, so that folds are worth tasks of their own.
    const long = { ...training, rows: 1_000_000 };
    const parameters = { learner: "logistic", options: { C: 100 }, seed: 0, label: "judge", counts: [0, 12] };
    const divided = planJudge(plan, { ...parameters, retune: true }, { training: long, test, blocks }, "judged");
    // Five folds of five settings after each number of points.
    expect(plan.tasks.filter(({ kind }) => kind === "poisonFold")).toHaveLength(2 * 5 * 5);
    expect(plan.tasks.find(({ key }) => key === divided.key)!.inputs).toHaveProperty("fold:49");
    await execute(plan, [...asked, divided], at, inProcess(at, runtime));
    const [clean, poisoned, again] = await Promise.all(asked.map((ref) => readRef(at, ref)));
    expect(await readRef(at, divided)).toEqual(again);
    expect(poisoned[0].labels).toEqual(clean[0].labels);
    expect(poisoned[1].labels).not.toEqual(clean[0].labels);
    expect([1, 10, 100, 1000, 10000]).toContain(again[1].options.C);
    expect(poisoned[1].options.C).toBe(100);
    expect(clean[0].labels).toHaveLength(60);
  });

  it("judged on rows that the target was trained on is refused with their number", async () => {
    const at = memoryStore();
    const { plan, training } = craft([1]);
    const parameters = { learner: "ridge", options: {}, seed: 0, label: "judge", counts: [0], retune: false };
    const inputs = { training, test: training, blocks: [] };
    const refused = plan.add(poisonJudge, parameters, inputs, "overlapping");
    await expect(execute(plan, [refused], at, inProcess(at, runtime))).rejects.toThrow("got 60 of 60 that are");
    const allowed = plan.add(poisonJudge, { ...parameters, overlap: true }, inputs, "overlapping");
    await execute(plan, [allowed], at, inProcess(at, runtime));
    expect((await readRef(at, allowed))[0].labels).toHaveLength(60);
  });
});

it("finds the same of columns in any units of their own", async () => {
  const small = poisoningSchema.parse({
    ...study,
    repetitions: 1,
    surrogates: [{ learner: "ridge" }, { learner: "logistic" }],
    targets: [{ learner: "ridge" }, { learner: "svm-linear" }],
    fractions: [0.1],
  });
  const found = async (factors: readonly number[]) => {
    const features = all.features as Tensor<"float64">;
    const scaled = { ...features, data: features.data.map((value, at) => factors[at % 6] * value) };
    const dataset = { ...all, features: scaled, domain: columnRanges(scaled) };
    const plan = startPlan();
    const planned = planPoisoning(plan, small, { train: { part: plan.data(dataset), dataset, hash: "" } });
    const store = memoryStore();
    await execute(plan, planned[0].wanted, store, inProcess(store, runtime));
    return readPoisoning(store, planned, small, { train: "given" });
  };
  const [plain, scaled] = [await found([1, 1, 1, 1, 1, 1]), await found([1, 2 ** 20, 2 ** -9, 4, 2 ** -20, 2 ** 12])];
  expect(scaled.repetitions).toEqual(plain.repetitions);
  expect(scaled.variability).toEqual(plain.variability);
  expect(
    plain.repetitions[0].models.every(({ displacement }) => displacement === undefined || displacement.estimate > 0.1),
  ).toBe(true);
});
