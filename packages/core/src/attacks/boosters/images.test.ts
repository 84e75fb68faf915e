// Boosters for images: each estimates the gradient of a mean over its copies, is the plain attack where it does
// nothing, and says what it lacks.

import { beforeAll, describe, expect, test } from "vitest";
import { boxPoints, runtime } from "../../../test/linearWorld.ts";
import { type Dataset, denseRows } from "../../data/dataset.ts";
import { uniformDomain } from "../../data/domain.ts";
import { fit } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import { type Differentiable, openModel } from "../../models/open.ts";
import { stream } from "../../random.ts";
import { linf, norms } from "../../threat/norm.ts";
import type { AttackContext, Points, Step } from "../attack.ts";
import { cleanRows } from "../cleanRows.ts";
import { pgdAttack } from "../evasion/pgd.ts";
import { runAttack } from "../run.ts";
import type { AttackTask } from "../task.ts";
import { chooseBooster, type Estimate } from "./booster.ts";
import { boosters } from "./index.ts";
import { withBoosters } from "./withBoosters.ts";

const shape = [5, 6, 2];
const d = 60;
const points = boxPoints(12, 8, d);
const data: Dataset = { ...points, features: { ...denseRows(points), shape: [8, ...shape] }, featureShape: shape };
const real = { norm: linf, domain: uniformDomain(d, 0, 1) };
const images = Object.values(boosters).filter((booster) => booster.data === "images");
const step: Step = { iteration: 3, stepSize: 0.1, momentum: 1 };

/** A network of flat rows. */
let network: Differentiable;
beforeAll(async () => {
  const chosen = { runtime, seed: 2, stream: "flat", options: { epochs: 30 } };
  const { model } = await fit(learnerByName("mlp"), points, chosen);
  network = (await openModel(runtime, model)).differentiable!;
});

/** A smooth function: sum_j sin(3 x_j + j) / 3 + x_j x_(j+1) / 2. */
const value = (x: Float64Array) =>
  x.reduce((sum, each, j) => sum + Math.sin(3 * each + j) / 3 + (each * (x[j + 1] ?? 0)) / 2, 0);
const slope = (x: Float64Array) => x.map((each, j) => Math.cos(3 * each + j) + ((x[j + 1] ?? 0) + (x[j - 1] ?? 0)) / 2);

/** What boosters ask of a context, without a model. */
const context = {
  origin: { rows: 1, columns: d, data: new Float64Array(d) },
  shape,
  corner: 1,
  labels: Int32Array.of(0),
  clean: cleanRows(data),
  budget: () => 0.05,
  clip: ({ data: moved }: Points) => {
    moved.forEach((each, at) => {
      moved[at] = Math.min(1, Math.max(0, each));
    });
  },
  random: (index: number, ...labels: readonly (string | number)[]) => stream(4, "attack", index, ...labels),
} as unknown as AttackContext;

describe.each(images.filter(({ stage }) => stage === "transformation"))("$name", (booster) => {
  test("estimates the gradient of the mean of the objective over its transformed copies", async () => {
    let asked: Float64Array[] = [];
    const inner: Estimate = async (moved) => {
      asked.push(moved.data.slice());
      return { ...moved, data: slope(moved.data) };
    };
    const given = booster.name === "di" ? { probability: 1 } : {};
    const { options } = chooseBooster(booster, given, real, shape);
    const estimate = booster.wrap(inner, options, context);
    const at = async (x: Float64Array) => {
      asked = [];
      const { data: gradient } = await estimate({ rows: 1, columns: d, data: x }, Int32Array.of(0), step);
      return { gradient, mean: asked.reduce((sum, each) => sum + value(each), 0) / asked.length };
    };
    // Away from the bounds, at which noise is cut off.
    const x = Float64Array.from({ length: d }, (_, j) => 0.1 + (0.8 * ((7 * j) % d)) / d);
    const { gradient } = await at(x);
    expect(asked.length).toBe(booster.gradientsPerStep(options));
    expect(asked.some((each) => each.some((moved, j) => Math.abs(moved - x[j]) > 1e-3))).toBe(true);
    const h = 1e-6;
    for (let j = 0; j < d; j++) {
      const [above, below] = [x.slice(), x.slice()];
      above[j] += h;
      below[j] -= h;
      const difference = ((await at(above)).mean - (await at(below)).mean) / (2 * h);
      expect(Math.abs(gradient[j] - difference)).toBeLessThan(1e-7);
    }
  });
});

/** Options under which a booster does nothing. */
const nothing: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  di: { probability: 0 },
  ti: { kernel: 1 },
  si: { scales: 1 },
  admix: { partners: 1, scales: 1, share: 0 },
  bsr: { blocks: 1, angle: 0, copies: 2 },
};

describe("where they do nothing", () => {
  const attacked = async (name: keyof typeof norms, more: Partial<AttackTask>, chosen = "none") => {
    const threat = { ...real, norm: norms[name], epsilon: 0.3 };
    const booster = boosters[chosen];
    const attack = withBoosters(
      pgdAttack({ steps: 4, stepSize: 0.25, momentum: 1 }),
      booster ? [chooseBooster(booster, nothing[chosen], threat, shape)] : [],
    );
    const task = { models: [network], x: denseRows(data), labels: data.labels, threat, seed: 1, ...more };
    return (await runAttack(attack, task)).points.data;
  };

  test.each(Object.keys(nothing))("%s leads to the points of momentum alone, bit for bit", async (name) => {
    for (const norm of ["l1", "l2", "linf"] as const) {
      expect(await attacked(norm, { clean: cleanRows(data) }, name)).toEqual(await attacked(norm, {}));
    }
  });

  test("all others are known to do something always", () => {
    expect(images.map(({ name }) => name).filter((name) => !(name in nothing))).toEqual(["sia"]);
  });
});

test("images that the model takes as flat rows are images all the same where their shape is told", async () => {
  const { ti } = boosters;
  const threat = { ...real, epsilon: 0.2 };
  const attack = withBoosters(pgdAttack({ steps: 3, stepSize: 0.4 }), [chooseBooster(ti, {}, threat, shape)]);
  const task = { models: [network], labels: points.labels, threat, seed: 0 };
  const told = await runAttack(attack, { ...task, x: denseRows(points), shape });
  const shaped = await runAttack(attack, { ...task, x: denseRows(data) });
  expect(told.points.data).toEqual(shaped.points.data);
  await expect(runAttack(attack, { ...task, x: denseRows(points) })).rejects.toThrow(/^unsupported features.*\[60\]/);
});

describe("what is refused", () => {
  test.each(images)("flat rows by $name", (booster) => {
    expect(() => chooseBooster(booster, {}, real, [d])).toThrow(
      /^unsupported features for booster .*: expected images: .*got rows of shape \[60\]/,
    );
    expect(() => chooseBooster(booster, {}, real, [6, 10])).not.toThrow();
  });

  test("admix without clean images, and with none of another class", async () => {
    const { admix } = boosters;
    const { options } = chooseBooster(admix, {}, real, shape);
    const inner: Estimate = async (moved) => moved;
    const { clean: _, ...without } = context;
    expect(() => admix.wrap(inner, options, without)).toThrow(/^missing clean images for booster admix: .*got none/);
    const one = { ...context, clean: { labels: Int32Array.of(0), row: () => new Float64Array(d) } };
    const estimate = admix.wrap(inner, options, one);
    const x = { rows: 1, columns: d, data: new Float64Array(d) };
    await expect(estimate(x, Int32Array.of(0), step)).rejects.toThrow(/got rows of class 0 alone/);
  });

  test("an even kernel", () => {
    expect(() => chooseBooster(boosters.ti, { kernel: 4 }, real, shape)).toThrow(
      /^invalid option kernel of ti: expected an odd number.*got 4/,
    );
  });
});
