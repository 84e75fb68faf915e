// Models whose gradient or scores are not finite somewhere: attacks return numbers all the same, and say where it was.

import { describe, expect, test } from "vitest";
import { craftEvasion } from "../../src/attacks/evasion/craft.ts";
import { buildEvasion, everyLength } from "../../src/attacks/evasion/evasionAttack.ts";
import { evasionAttacks } from "../../src/attacks/evasion/index.ts";
import { lineSearchAttack } from "../../src/attacks/evasion/lineSearch.ts";
import { minimumEpsilon } from "../../src/attacks/evasion/minimum.ts";
import { madeFinite } from "../../src/attacks/finite.ts";
import { runAttack } from "../../src/attacks/run.ts";
import type { AttackTask } from "../../src/attacks/task.ts";
import { uniformDomain } from "../../src/data/domain.ts";
import { type Model, modelFromGraph } from "../../src/models/model.ts";
import { type Differentiable, openModel } from "../../src/models/open.ts";
import { GraphBuilder, modelOf as onnxOf } from "../../src/onnx/builder.ts";
import { stream } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";
import { norms } from "../../src/threat/norm.ts";
import { runtime } from "../linearWorld.ts";

const [n, d] = [24, 8];
// No row comes to a corner that it did not begin at, as under L0 all do.
const epsilon = { l1: 0.15, l2: 0.15, linf: 0.1 };
const tanh = (g: GraphBuilder, x: string) => g.node("Tanh", [x]);

/** What stands between features and scores, by name; most have infinite or undefined slopes, or no value, at 0. */
const bends: Readonly<Record<string, (g: GraphBuilder, x: string) => string>> = {
  "a square root": (g, x) => g.node("Sqrt", [x]),
  "a power of .5": (g, x) => g.node("Pow", [x, g.scalar(0.5, x)]),
  "a logarithm": (g, x) => g.node("Log", [x]),
  "a logarithm of its size": (g, x) => g.node("Log", [g.node("Abs", [x])]),
  "a branch that is not taken": (g, x) => {
    return g.node("Where", [g.node("Greater", [x, g.scalar(0, x)]), g.node("Sqrt", [x]), x]);
  },
  "a quotient": (g, x) => g.node("Div", [x, g.node("Sqrt", [x])]),
  "a distance from the first point": (g, x) => {
    const squares = g.node("Mul", [x, x]);
    const length = g.node("Sqrt", [g.node("ReduceSum", [squares, g.ints([1])], { keepdims: { int: 1 } })]);
    return g.node("Mul", [length, g.node("Add", [g.node("Mul", [x, g.scalar(0, x)]), g.scalar(1, x)])]);
  },
};

function modelOf(bend: (g: GraphBuilder, x: string) => string): Model {
  const random = stream(3, "weights");
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", d]);
  const weights = Array.from({ length: 2 * d }, () => random.normal());
  g.output(g.node("MatMul", [bend(g, x), g.constant(tensor("float32", [d, 2], weights))]), "scores");
  return modelFromGraph(onnxOf(g.graph()));
}

const opened = async (bend: (g: GraphBuilder, x: string) => string): Promise<Differentiable> =>
  (await openModel(runtime, modelOf(bend))).differentiable!;

/** Points in the box; of every third one or all features are 0, a corner where bends have no slope. */
const atCorner = (i: number) => i % 3 === 0;
const x = (() => {
  const random = stream(3, "points");
  const values = Float32Array.from({ length: n * d }, (_, at) => {
    const i = Math.floor(at / d);
    const value = 0.2 + 0.6 * random.uniform();
    return atCorner(i) && (i % 2 === 0 || at % d === 1) ? 0 : value;
  });
  return tensor("float32", [n, d], values);
})();

function task(model: Differentiable, norm: keyof typeof epsilon): AttackTask {
  return {
    models: [model],
    x,
    labels: Int32Array.from({ length: n }, (_, i) => (i >> 1) % 2),
    threat: { norm: norms[norm], domain: uniformDomain(d, 0, 1), epsilon: epsilon[norm] },
    seed: 0,
  };
}

const cases = Object.values(evasionAttacks)
  .filter(({ capabilities }) => !capabilities.discrete && !capabilities.trees)
  .flatMap((entry) => everyLength.map((norm) => [entry.name, norm] as const));

describe.each(Object.entries(bends))("%s", (name, bend) => {
  test.each(cases)(
    "%s, %s: finite points and objectives; rows with slopes are attacked as if alone",
    async (which, norm) => {
      const entry = evasionAttacks[which];
      const whole = task(await opened(bend), norm);
      const attack = buildEvasion(entry, which === "pgd" ? { restarts: 1 } : {}, whole.threat);
      const result = await runAttack(attack, whole);
      expect(result.points.data.every(Number.isFinite)).toBe(true);
      expect(result.objective.every(Number.isFinite)).toBe(true);
      expect(result.size.every((size) => size <= epsilon[norm] * (1 + 1e-6))).toBe(true);
      // All rows with a slope everywhere are counted nowhere, and nothing of the others touches them.
      const sound = Int32Array.from({ length: n }, (_, i) => i).filter((i) => !atCorner(i));
      for (const i of sound) expect(result.nonFinite[i]).toBe(0);
      if (entry.capabilities.mixesRows) return undefined;
      const rows = Array.from(sound).flatMap((i) => Array.from(x.data.subarray(i * d, (i + 1) * d)));
      const alone = await runAttack(attack, {
        ...whole,
        x: tensor("float32", [sound.length, d], rows),
        labels: sound.map((i) => whole.labels[i]),
        ids: sound,
      });
      sound.forEach((i, row) => {
        expect(result.points.data.subarray(i * d, (i + 1) * d)).toEqual(
          alone.points.data.subarray(row * d, (row + 1) * d),
        );
        expect(result.objective[i]).toBe(alone.objective[row]);
      });
      if (!entry.capabilities.gradients) return undefined;
      const counted = result.nonFinite.reduce((sum, flag) => sum + flag, 0);
      // A random start, or a search, may lead away from where the scores are no numbers; there the slope is 0.
      if (name === "a logarithm of its size") return expect(counted).toBeGreaterThanOrEqual(n / 6);
      // Branches that are not taken and lengths of 0 have a gradient.
      return expect(counted).toBe(/branch|distance/.test(name) ? 0 : n / 3);
    },
  );

  test("the smallest budgets are of points that exist", async () => {
    const { threat, ...rest } = task(await opened(bend), "l2");
    const { points, objective, nonFinite } = await minimumEpsilon({ ...rest, threat, attack: lineSearchAttack() });
    expect(points.data.every(Number.isFinite)).toBe(true);
    expect(objective.every((value) => !Number.isNaN(value))).toBe(true);
    expect(nonFinite.some((flag) => flag === 1)).toBe(!/branch|distance/.test(name));
  });
});

test("an infinite slope still leads away from the corner, so that such a row falls like others", async () => {
  const whole = task(await opened(bends["a square root"]), "l2");
  const clean = await runAttack(buildEvasion(evasionAttacks.noise, {}, whole.threat), {
    ...whole,
    threat: { ...whole.threat, epsilon: 0 },
  });
  for (const which of ["line-search", "pgd", "fgm"]) {
    const { objective } = await runAttack(buildEvasion(evasionAttacks[which], {}, whole.threat), whole);
    const gain = (keep: (i: number) => boolean) => {
      const rows = Array.from(objective.keys()).filter(keep);
      return rows.reduce((sum, i) => sum + objective[i] - clean.objective[i], 0) / rows.length;
    };
    expect(gain(atCorner)).toBeGreaterThan(0.5 * gain((i) => !atCorner(i)));
  }
});

test("results of several starts keep what either says of slopes", async () => {
  const model = modelOf(bends["a square root"]);
  const { differentiable } = await openModel(runtime, model);
  const { threat, ...rest } = task(differentiable!, "l2");
  const results = await craftEvasion({
    ...rest,
    model,
    opened: differentiable!,
    threat,
    epsilons: [0.1, 0.3],
  });
  for (const { nonFinite } of results) expect(nonFinite.some((flag) => flag === 1)).toBe(true);
});

test.each([
  [[1, -2, 0.5], false, [1, -2, 0.5]],
  [[Infinity, -2, NaN], true, [2, -2, 0]],
  [[-Infinity, 0, 0], true, [-1, 0, 0]],
  [[NaN, NaN], true, [0, 0]],
])("a gradient %j is made finite", (given, changed, wanted) => {
  const gradient = Float64Array.from(given);
  expect(madeFinite(gradient)).toBe(changed);
  expect(Array.from(gradient)).toEqual(wanted);
});

test("rows whose gradient is no number anywhere stay where they were", async () => {
  const { ascend: _, ...model } = await opened(tanh);
  const blind: Differentiable = {
    ...model,
    async inputGradient(loss, points, labels) {
      const { scores, gradient } = await model.inputGradient(loss, points, labels);
      for (let row = 0; row < labels.length; row++) {
        // Where a feature is 0 to begin with, as in the corners, or stayed so.
        if ((points.data as Float32Array).subarray(row * d, (row + 1) * d).includes(0))
          gradient.data.fill(Number.NaN, row * d, row * d + d);
      }
      return { scores, gradient };
    },
  };
  for (const which of ["line-search", "pgd", "fgm"]) {
    const whole = task(blind, "l2");
    const { points, nonFinite } = await runAttack(buildEvasion(evasionAttacks[which], {}, whole.threat), whole);
    for (let i = 0; i < n; i++) {
      const [before, after] = [x, points].map(({ data }) => data.subarray(i * d, (i + 1) * d));
      expect(nonFinite[i]).toBe(atCorner(i) ? 1 : 0);
      if (atCorner(i)) expect(after).toEqual(before);
      else expect(after).not.toEqual(before);
    }
  }
});

test("bends without corners are told of nowhere", async () => {
  for (const norm of ["l1", "l2", "linf"] as const) {
    const { nonFinite } = await runAttack(
      buildEvasion(evasionAttacks.pgd, {}, task(await opened(tanh), norm).threat),
      task(await opened(tanh), norm),
    );
    expect(nonFinite.every((flag) => flag === 0)).toBe(true);
  }
});
