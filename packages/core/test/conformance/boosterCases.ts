// What every booster must do, checked from outside: from the points an attack ends at, and what the surrogate is asked.

import { expect } from "vitest";
import {
  type AnyBooster,
  type Boosted,
  type ChosenBooster,
  chooseBooster,
  gradientsPerStep,
} from "../../src/attacks/boosters/booster.ts";
import { withBoosters } from "../../src/attacks/boosters/withBoosters.ts";
import { cleanRows } from "../../src/attacks/cleanRows.ts";
import { pgdAttack } from "../../src/attacks/evasion/pgd.ts";
import { runAttack } from "../../src/attacks/run.ts";
import type { AttackResult, AttackTask } from "../../src/attacks/task.ts";
import { type Dataset, dataset, denseRows, takeRows } from "../../src/data/dataset.ts";
import { fit } from "../../src/learners/fit.ts";
import { learnerByName } from "../../src/learners/registry.ts";
import { type Differentiable, openModel } from "../../src/models/open.ts";
import { stream } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";
import type { Norm } from "../../src/threat/norm.ts";
import { openLinear, randomFunctions, runtime } from "../linearWorld.ts";

const [n, side, seed, steps] = [8, 6, 23, 5];
const shape = [1, side, side];
const d = side * side;
const epsilon = { l0: 0, l1: 6, l2: 1.5, linf: 0.25 };
const momentum = 1;

/** What an attack without boosters gains is at most as many times what a booster gains. */
const TIMES = 2;

/** Noisy patterns, one for each of the classes. */
function images(rows: number, classes: number, taken: readonly number[] = shape): Dataset {
  const random = stream(seed, "images", rows);
  const values = Float32Array.from({ length: rows * d }, (_, at) => {
    const pattern = stream(9, "pattern", Math.floor(at / d) % classes, at % d).uniform();
    return Math.min(1, Math.max(0, 0.9 * pattern + 0.6 * random.uniform() - 0.25));
  });
  return dataset({
    features: tensor("float32", [rows, ...taken], values),
    labels: Array.from({ length: rows }, (_, i) => i % classes),
    domain: [0, 1],
  });
}

const [curvedData, affineData] = [images(n, 3), images(n, 2)];
/** The same images as rows of pixels, and a network that takes those. */
const flatData = images(n, 3, [d]);

/** Opened once, as fitting and compiling take longer than all attacks. */
const surrogates = {
  curved: () => network(images(90, 3)),
  flat: () => network(images(90, 3, [d])),
  affine: async () => (await openLinear(randomFunctions(seed, 1, d), affineData)).opened,
};
const opened: { [name in keyof typeof surrogates]?: Promise<Differentiable> } = {};

async function network(data: Dataset): Promise<Differentiable> {
  const options = { widths: [24, 12], epochs: 30, batch: 16, learningRate: 0.05 };
  const { model } = await fit(learnerByName("mlp"), data, { runtime, seed: 3, stream: "surrogate", options });
  return (await openModel(runtime, model)).differentiable!;
}

export interface BoosterCase {
  readonly name: string;
  check(booster: AnyBooster, norm: Norm): Promise<void>;
}

/**
 * Options where the defaults are too much for images of 6 pixels: blocks of 2 that change places leave nothing to see.
 */
const mild: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { bsr: { blocks: 1 } };

const chosenOf = (booster: AnyBooster): ChosenBooster =>
  chooseBooster(booster, mild[booster.name] ?? {}, { norm: undefined as never, domain: curvedData.domain }, shape);

interface Asked {
  gradients: number;
  outside: number;
}

/** The surrogate, and what it is asked: how many gradients, how many values outside of the box. */
function watched(model: Differentiable, asked: Asked): Differentiable {
  const { ascend: _, ...rest } = model;
  return {
    ...rest,
    inputGradient(loss, x, labels) {
      asked.gradients += x.shape[0];
      for (const value of x.data as Float32Array) if (!(value >= 0 && value <= 1)) asked.outside++;
      return model.inputGradient(loss, x, labels);
    },
  };
}

interface World {
  readonly data?: Dataset;
  readonly surrogate?: keyof typeof surrogates;
  readonly more?: Partial<AttackTask>;
  readonly asked?: Asked;
}

/** The result of the iterated attack with momentum under boosters. */
async function attacked(
  boosters: readonly ChosenBooster[],
  norm: Norm,
  { surrogate = "curved", data = surrogate === "affine" ? affineData : curvedData, more, asked }: World = {},
): Promise<AttackResult> {
  opened[surrogate] ??= surrogates[surrogate]();
  const model = await opened[surrogate];
  const attack = withBoosters(pgdAttack({ steps, stepSize: 1 / steps, momentum }), boosters);
  return runAttack(attack, {
    models: [asked ? watched(model, asked) : model],
    x: denseRows(data),
    labels: data.labels,
    clean: cleanRows(data.classNames.length === 3 ? curvedData : affineData),
    threat: { norm, domain: data.domain, epsilon: epsilon[norm.name] },
    seed,
    ...more,
  });
}

const seen = new WeakMap<AnyBooster, Map<Norm, Promise<AttackResult>>>();

/** What the attack does with a booster as it is: two cases are about the same run, which the first of them makes. */
function observation(booster: AnyBooster, norm: Norm): Promise<AttackResult> {
  const own = seen.get(booster) ?? new Map<Norm, Promise<AttackResult>>();
  const run = own.get(norm) ?? attacked([chosenOf(booster)], norm);
  seen.set(booster, own.set(norm, run));
  return run;
}

const total = ({ objective }: AttackResult) => objective.reduce((sum, value) => sum + value, 0);
const zero = (norm: Norm) => attacked([], norm, { more: { threat: { norm, domain: curvedData.domain, epsilon: 0 } } });

/** An estimate that points the other way, put next to the model. */
const turned: ChosenBooster = {
  options: {},
  booster: {
    stage: "transformation",
    wrap: (inner) => async (points, indices, step) => {
      const found = await inner(points, indices, step);
      return { ...found, data: found.data.map((value: number) => -value) };
    },
  } as Partial<AnyBooster> as AnyBooster,
};

export const boosterCases: readonly BoosterCase[] = [
  {
    name: "raises the objective, at least a good part as far as the attack does without it",
    async check(booster, norm) {
      const [clean, plain, boosted] = [
        total(await zero(norm)),
        total(await attacked([], norm)),
        total(await observation(booster, norm)),
      ];
      expect(plain).toBeGreaterThan(clean + 1);
      expect(TIMES * (boosted - clean)).toBeGreaterThan(plain - clean);
    },
  },
  {
    name: "is obeyed: turned round, it leads away from the goal",
    async check(booster, norm) {
      const away = await attacked([turned, chosenOf(booster)], norm);
      expect(total(away)).toBeLessThan(total(await zero(norm)) - 1);
    },
  },
  {
    name: "estimates something else than the gradient where that changes from place to place",
    async check(booster, norm) {
      const { points } = await observation(booster, norm);
      const plain = await attacked([], norm);
      expect(points.data.some((value, at) => Math.abs(value - plain.points.data[at]) > 1e-4)).toBe(true);
    },
  },
  {
    name: "cannot help where it says so: the points on affine scores are those without it",
    async check(booster, norm) {
      const boosted: Boosted = { isAffine: true, loss: "margin", shape };
      if (booster.unhelpful(boosted) === undefined) return;
      const { points } = await attacked([chosenOf(booster)], norm, { surrogate: "affine" });
      const plain = await attacked([], norm, { surrogate: "affine" });
      points.data.forEach((value, at) => {
        expect(Math.abs(value - plain.points.data[at])).toBeLessThanOrEqual(1e-6);
      });
    },
  },
  {
    name: "does to a row the same alone, in pairs and in any order, whether models take images or flat rows",
    async check(booster, norm) {
      for (const world of [{}, { surrogate: "flat", data: flatData }] as const) {
        const { data } = { data: curvedData, ...world };
        const together = (await attacked([chosenOf(booster)], norm, { ...world, more: { shape } })).points.data;
        for (const rows of [[0], [5], [1, 6], [7, 5, 3, 4, 2, 0, 6, 1]]) {
          const ids = Int32Array.from(rows);
          const part = { ...world, data: takeRows(data, ids), more: { ids, shape } };
          const { points } = await attacked([chosenOf(booster)], norm, part);
          ids.forEach((i, row) => {
            expect(points.data.subarray(row * d, (row + 1) * d)).toEqual(together.subarray(i * d, (i + 1) * d));
          });
        }
      }
    },
  },
  {
    name: "is the same at each run of one attack",
    async check(booster, norm) {
      const chosen = [chosenOf(booster)];
      const [first, second] = [await attacked(chosen, norm), await attacked(chosen, norm)];
      expect(second).toEqual(first);
    },
  },
  {
    name: "asks for as many gradients as it says, and is charged for them",
    async check(booster, norm) {
      const asked = { gradients: 0, outside: 0 };
      const chosen = chosenOf(booster);
      const { queries } = await attacked([chosen], norm, { asked });
      expect(queries.gradients).toBe(asked.gradients);
      expect(queries.gradients).toBe(n * steps * gradientsPerStep([chosen]));
    },
  },
  {
    name: "asks about nothing outside of the box, and leaves features that may not change",
    async check(booster, norm) {
      if (booster.data === "images") return;
      const asked = { gradients: 0, outside: 0 };
      const changeable = Uint8Array.from({ length: d }, (_, j) => (j % 3 === 0 ? 0 : 1));
      const x = denseRows(curvedData).data;
      const strict: ChosenBooster = {
        options: {},
        booster: {
          stage: "transformation",
          wrap: (inner) => (points, indices, step) => {
            points.data.forEach((value, at) => {
              const frozen = changeable[at % d] === 0;
              if (frozen && value !== x[indices[Math.floor(at / d)] * d + (at % d)]) asked.outside++;
            });
            return inner(points, indices, step);
          },
        } as Partial<AnyBooster> as AnyBooster,
      };
      const threat = { norm, domain: curvedData.domain, epsilon: epsilon[norm.name], changeable };
      await attacked([strict, chosenOf(booster)], norm, { asked, more: { threat } });
      expect(asked.gradients).toBeGreaterThan(0);
      expect(asked.outside).toBe(0);
    },
  },
  {
    name: "leaves the points that it is asked about as they are",
    async check(booster, norm) {
      let changed = 0;
      const outer: ChosenBooster = {
        options: {},
        booster: {
          stage: "filter",
          wrap: (inner) => async (points, indices, step) => {
            const before = points.data.slice();
            const found = await inner(points, indices, step);
            points.data.forEach((value, at) => {
              if (value !== before[at]) changed++;
            });
            return found;
          },
        } as Partial<AnyBooster> as AnyBooster,
      };
      await attacked([chosenOf(booster), outer], norm);
      expect(changed).toBe(0);
    },
  },
];
