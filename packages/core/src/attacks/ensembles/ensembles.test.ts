import { describe, expect, it } from "vitest";
import { boxPoints, openLinear, randomFunctions, runtime } from "../../../test/linearWorld.ts";
import { denseRows } from "../../data/dataset.ts";
import { fit } from "../../learners/fit.ts";
import { learnerByName } from "../../learners/registry.ts";
import type { Differentiable } from "../../models/open.ts";
import { openModel } from "../../models/open.ts";
import { gatherRows } from "../../tensor.ts";
import { norms } from "../../threat/norm.ts";
import { type Attacker, buildAttacker, MOMENTUM } from "../attacker.ts";
import { gradientsPerSample } from "../attackerCost.ts";
import { runAttack } from "../run.ts";
import { ensembles } from "./index.ts";

const d = 6;
const data = boxPoints(3, 24, d);
const rules = Object.keys(ensembles);
const names = Object.keys(norms) as (keyof typeof norms)[];

/** The points that an attacker finds on some models. */
async function craft(
  attacker: Attacker,
  models: readonly Differentiable[],
  norm: keyof typeof norms,
  rows?: Int32Array,
) {
  const threat = { norm: norms[norm], domain: data.domain };
  const { attack } = buildAttacker(attacker, { threat, shape: [d], models: models.length });
  const all = rows ?? Int32Array.from(data.labels.keys());
  return runAttack(attack!, {
    models,
    x: gatherRows(denseRows(data), all),
    labels: all.map((i) => data.labels[i]),
    threat: { ...threat, epsilon: { l0: 2, l1: 0.8, l2: 0.5, linf: 0.2 }[norm] },
    seed: 0,
    ids: all,
  });
}

async function network(label: string, scale = 1): Promise<Differentiable> {
  const options = { widths: [8], epochs: 30 };
  const { model } = await fit(learnerByName("mlp"), data, { runtime, seed: 1, stream: label, options });
  const { differentiable } = await openModel(runtime, model);
  const times = async (found: ReturnType<Differentiable["inputGradient"]>) => {
    const { gradient, ...rest } = await found;
    return { ...rest, gradient: { ...gradient, data: gradient.data.map((value) => scale * value) } };
  };
  const { ascend: _, ...rest } = differentiable!;
  return { ...rest, inputGradient: (loss, x, labels) => times(differentiable!.inputGradient(loss, x, labels)) };
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

describe.each(names)("%s", (norm) => {
  it.each(rules)("%s: copies of an affine model lead where the model leads", async (ensemble) => {
    const { opened } = await openLinear(randomFunctions(7, 1, d), data);
    const one = await craft({ attack: MOMENTUM }, [opened], norm);
    const copies = await craft({ attack: MOMENTUM, ensemble }, [opened, opened, opened], norm);
    expect(distance(copies.points.data, one.points.data)).toBeLessThan(1e-6);
    expect(distance(one.points.data, denseRows(data).data)).toBeGreaterThan(0.1);
  });

  it("svre: of different affine models no variance is left, so it leads where the mean of their margins does", async () => {
    const models = await Promise.all(randomFunctions(8, 3, d).map(async (f) => (await openLinear([f], data)).opened));
    const mean = await craft({ attack: MOMENTUM, ensemble: "meanLoss" }, models, norm);
    const reduced = await craft({ ensemble: "svre" }, models, norm);
    const single = await craft({ attack: MOMENTUM }, [models[0]], norm);
    expect(distance(reduced.points.data, mean.points.data)).toBeLessThan(1e-6);
    expect(distance(reduced.points.data, single.points.data)).toBeGreaterThan(0.01);
  });

  it("meanDirection: the scale of a model's scores changes nothing, that of the mean of margins does", async () => {
    const [a, b, loud] = [await network("a"), await network("b"), await network("b", 1000)];
    const found = await craft({ ensemble: "meanDirection" }, [a, b], norm);
    const other = await craft({ ensemble: "meanDirection" }, [a, loud], norm);
    expect(distance(found.points.data, other.points.data)).toBeLessThan(1e-5);
    const [mean, drowned] = [
      await craft({ attack: MOMENTUM, ensemble: "meanLoss" }, [a, b], norm),
      await craft({ attack: MOMENTUM, ensemble: "meanLoss" }, [a, loud], norm),
    ];
    expect(distance(mean.points.data, drowned.points.data)).toBeGreaterThan(0.01);
    const alone = await craft({ attack: MOMENTUM }, [b], norm);
    expect(distance(drowned.points.data, alone.points.data)).toBeLessThan(
      distance(mean.points.data, alone.points.data),
    );
  });
});

it.each(rules)("%s: what happens to a point depends on no other", async (ensemble) => {
  const models = [await network("a"), await network("b")];
  const attacker = { attack: MOMENTUM, ensemble, boosters: [{ name: "vmi", options: { neighbours: 2 } }] };
  const together = await craft(attacker, models, "linf");
  for (const i of [0, 5, 23]) {
    const alone = await craft(attacker, models, "linf", Int32Array.of(i));
    expect(distance(alone.points.data, together.points.data.subarray(i * d, (i + 1) * d))).toBeLessThan(1e-5);
  }
});

it.each(rules)("%s: takes as many gradients as it says", async (ensemble) => {
  const models = [await network("a"), await network("b")];
  const attacker = { attack: MOMENTUM, ensemble, boosters: [{ name: "vmi", options: { neighbours: 3 } }] };
  const { queries } = await craft(attacker, models, "l2");
  expect(queries.gradients).toBe(data.labels.length * models.length * gradientsPerSample(attacker)!);
});

it.each(rules)("%s: misleads both models more than noise does", async (ensemble) => {
  const models = [await network("a"), await network("b")];
  const found = await craft({ attack: MOMENTUM, ensemble }, models, "l2");
  const noise = await craft({ attack: { name: "noise" } }, models, "l2");
  found.objective.forEach((value, i) => {
    expect(value).toBeGreaterThanOrEqual(noise.objective[i]);
  });
});

it("a rule without an objective is refused for attacks that need one, on several models", () => {
  const about = { threat: { norm: norms.l2, domain: data.domain }, shape: [d], models: 2 };
  const attacker = { attack: { name: "line-search" }, ensemble: "meanDirection" };
  expect(() => buildAttacker(attacker, about)).toThrow(/rule meanDirection .* expected an attack of fixed steps/);
  expect(() => buildAttacker(attacker, { ...about, models: 1 })).not.toThrow();
  expect(() => buildAttacker({ ensemble: "svrg" }, about)).toThrow(/did you mean "svre"/);
});
