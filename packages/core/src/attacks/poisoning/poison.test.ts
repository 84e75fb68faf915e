// Laws of every poisoning attack on every learner that can be poisoned.

import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { type Dataset, dataset } from "../../data/dataset.ts";
import { columnRanges } from "../../data/domain.ts";
import { sparseFromDense } from "../../data/sparse.ts";
import { learners } from "../../learners/registry.ts";
import { runtimeFrom } from "../../models/runtime.ts";
import { stream } from "../../random.ts";
import { reshape, type Tensor, tensor } from "../../tensor.ts";
import { poisoningAttacks } from "./index.ts";
import { joinPoints, poisonCount, withPoison } from "./points.ts";
import { buildPoisoning } from "./poisoningEntry.ts";
import type { PoisonTask } from "./task.ts";

const runtime = runtimeFrom(ort);

/** Clouds in [-3, 5]^d, so that the learner's units are not the user's. */
function clouds(n: number, name: string, d = 6, classes = 2): Dataset {
  const random = stream(5, "clouds", name);
  const labels = Array.from({ length: n }, (_, i) => i % classes);
  const x = labels.flatMap((label) =>
    Array.from({ length: d }, (_, j) =>
      Math.min(5, Math.max(-3, 1 + 1.2 * random.normal() + (j % classes === label ? 1 : 0))),
    ),
  );
  return dataset({ features: tensor("float64", [n, d], x), labels, domain: [-3, 5] });
}

/** Options that train quickly. */
const quick: Record<string, Record<string, unknown>> = {
  "svm-linear": { C: 1 },
  "svm-rbf": { C: 2, gamma: 3 },
  logistic: { C: 2 },
  ridge: { alpha: 0.5 },
  mlp: { widths: [6], weightDecay: 0.01, epochs: 20 },
  cnn: { layers: [{ conv: 4, kernel: 2 }], weightDecay: 0.01, epochs: 200, batch: 40 },
};
const surrogates = Object.values(learners).filter(({ retrain }) => retrain);
/** Networks are trained to near a minimum, so that the loss depends a little on the way there. */
const exact = surrogates.filter(({ name }) => !("epochs" in (quick[name] ?? {})));

function taskOf(name: string, count: number): PoisonTask {
  const asImages = (data: Dataset): Dataset =>
    learners[name].capabilities.images
      ? {
          ...data,
          features: reshape(data.features as Tensor<"float64">, [data.labels.length, 1, 3, 2]),
          featureShape: [1, 3, 2],
        }
      : data;
  return {
    learner: learners[name],
    options: quick[name] ?? {},
    training: asImages(clouds(40, "training")),
    validation: asImages(clouds(50, "validation")),
    count,
    seed: 3,
    runtime,
  };
}

const cases = surrogates.flatMap(({ name }) => Object.keys(poisoningAttacks).map((attack) => [attack, name] as const));

describe.each(cases)("%s on %s", (attack, name) => {
  const craft = buildPoisoning(poisoningAttacks[attack], {});

  it("flips labels of clones and keeps the box", async () => {
    const task = taskOf(name, 3);
    const { points, losses } = await craft(task);
    expect(losses.length).toBe(3);
    expect(new Set(points.sources).size).toBe(3);
    points.sources.forEach((row, i) => {
      expect(points.labels[i]).toBe(1 - task.training.labels[row]);
      const clone = (task.training.features as Tensor).data.slice(row * 6, (row + 1) * 6);
      expect(points.start.data.slice(i * 6, (i + 1) * 6)).toEqual(clone);
    });
    for (const value of points.x.data) {
      expect(value).toBeGreaterThanOrEqual(-3);
      expect(value).toBeLessThanOrEqual(5);
    }
  });

  it("is the same in one call and in several, to the last bit", async () => {
    const whole = await craft(taskOf(name, 4));
    const first = await craft(taskOf(name, 1));
    const rest = await craft({ ...taskOf(name, 3), previous: first.points });
    expect(joinPoints(first.points, rest.points)).toEqual(whole.points);
    expect([...first.losses, ...rest.losses]).toEqual([...whole.losses]);
  });
});

describe.each(cases)("%s on %s, with features in units of their own", (attack, name) => {
  const craft = buildPoisoning(poisoningAttacks[attack], {});
  const random = stream(7, "units", attack, name);
  const factors = Float64Array.from({ length: 6 }, () => 2 ** Math.floor(30 * random.uniform() - 15));

  it("ends where it ends in any other", async () => {
    const times = (x: Float64Array) => Float64Array.from(x, (value, at) => factors[at % 6] * value);
    const inUnits = (data: Dataset, change: typeof times): Dataset => {
      const features = data.features as Tensor<"float64">;
      const { lower, upper } = columnRanges(clouds(40, "training").features);
      const domain = { lower: change(lower), upper: change(upper) };
      return { ...data, features: { ...features, data: change(features.data) }, domain };
    };
    const pointsIn = async (change: typeof times) => {
      const { training, validation, ...task } = taskOf(name, 3);
      const data = { training: inUnits(training, change), validation: inUnits(validation, change) };
      return craft({ ...task, ...data });
    };
    const [plain, scaled] = [await pointsIn((x) => Float64Array.from(x)), await pointsIn(times)];
    expect(scaled.points.x.data).toEqual(times(plain.points.x.data));
    expect(scaled.losses).toEqual(plain.losses);
  });
});

describe.each(Object.keys(poisoningAttacks).flatMap((attack) => exact.map(({ name }) => [attack, name] as const)))(
  "%s on %s, with features that count from elsewhere",
  (attack, name) => {
    const craft = buildPoisoning(poisoningAttacks[attack], {});
    // Steps in which sums and differences with the offsets are exact, so that both surrogates see the same numbers.
    const step = 2 ** -10;
    const offsets = Float64Array.from([0, 1, -30, 64, -128, 256]);

    it("ends where it ends there", async () => {
      const pointsFrom = async (from: Float64Array) => {
        const moved = (data: Dataset): Dataset => {
          const features = data.features as Tensor<"float64">;
          const x = features.data.map((value, at) => step * Math.round(value / step) + from[at % 6]);
          const bound = (value: number) => from.map((offset) => offset + value);
          return { ...data, features: { ...features, data: x }, domain: { lower: bound(-3), upper: bound(5) } };
        };
        const { training, validation, ...task } = taskOf(name, 3);
        return craft({ ...task, training: moved(training), validation: moved(validation) });
      };
      const [plain, moved] = [await pointsFrom(new Float64Array(6)), await pointsFrom(offsets)];
      expect(moved.points.sources).toEqual(plain.points.sources);
      expect(moved.points.labels).toEqual(plain.points.labels);
      plain.points.x.data.forEach((value, at) => {
        expect(moved.points.x.data[at] - offsets[at % 6]).toBeCloseTo(value, 4);
      });
      plain.losses.forEach((loss, i) => {
        expect(moved.losses[i]).toBeCloseTo(loss, 5);
      });
    });
  },
);

describe.each(surrogates.map(({ name }) => name))("the gradient attack on %s", (name) => {
  it("does more damage than label flips", async () => {
    const after = async (attack: string) =>
      (await buildPoisoning(poisoningAttacks[attack], {})(taskOf(name, 5))).losses[4];
    const [moved, flipped] = [await after("gradient"), await after("label-flip")];
    expect(moved).toBeGreaterThan(1.02 * flipped);
  });
});

describe.each(exact.map(({ name }) => name))("a search on %s", (name) => {
  it("never loses along a search", async () => {
    let last = (await buildPoisoning(poisoningAttacks["label-flip"], {})(taskOf(name, 1))).losses[0];
    const [start] = [last];
    for (const maxFits of [2, 3, 5, 8, 13, 21]) {
      const craft = buildPoisoning(poisoningAttacks.gradient, { maxFits, tolerance: 1e-6 });
      const { losses, evaluations } = await craft(taskOf(name, 1));
      expect(evaluations).toBeLessThanOrEqual(maxFits);
      // The optimum is known to the learner's tolerance.
      expect(losses[0]).toBeGreaterThan(last * (1 - 1e-5));
      last = losses[0];
    }
    expect(last).toBeGreaterThan(start);
  });

  it("gains by further passes, and moves several points at once", async () => {
    const losses = async (options: Record<string, unknown>) =>
      (await buildPoisoning(poisoningAttacks.gradient, options)(taskOf(name, 4))).losses[3];
    const [once, twice, together] = [await losses({}), await losses({ passes: 2 }), await losses({ together: 4 })];
    const flipped = (await buildPoisoning(poisoningAttacks["label-flip"], {})(taskOf(name, 4))).losses[3];
    expect(twice).toBeGreaterThan(once * (1 - 1e-5));
    expect(together).toBeGreaterThan(flipped);
  });
});

describe("tasks", () => {
  const craft = buildPoisoning(poisoningAttacks.gradient, {});

  it("counts points so that they are the fraction of all rows", () => {
    expect([0.05, 0.1, 0.2].map((fraction) => poisonCount(500, fraction))).toEqual([26, 56, 125]);
    for (const fraction of [0, 1, -0.1, 1.5, Number.NaN]) {
      expect(() => poisonCount(500, fraction)).toThrow(
        /invalid fraction of poisoning points: expected a number above 0/,
      );
    }
  });

  it("joins points to dense and sparse data alike", async () => {
    const { points } = await craft(taskOf("ridge", 2));
    const dense = clouds(40, "training");
    const sparse = { ...dense, features: sparseFromDense(dense.features as Tensor<"float64">) };
    const joined = withPoison(dense, points);
    expect(joined.labels.length).toBe(42);
    expect(withPoison(sparse, points).features).toEqual(sparseFromDense(joined.features as Tensor<"float64">));
  });

  it.each([
    ["forest", /unsupported surrogate of a poisoning attack "forest": expected .*svm-linear, svm-rbf, logistic, ridge/],
  ])("refuses %s", async (name, message) => {
    await expect(craft({ ...taskOf("ridge", 1), learner: learners[name], options: {} })).rejects.toThrow(message);
  });

  it("refuses more points than rows, and validation data of other features", async () => {
    await expect(craft(taskOf("ridge", 41))).rejects.toThrow(/invalid number of poisoning points: expected 1 to 40/);
    const other = { ...taskOf("ridge", 1), validation: clouds(10, "other", 5) };
    await expect(craft(other)).rejects.toThrow(/invalid validation data: expected 6 features, .* got 5/);
  });
});
