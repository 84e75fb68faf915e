// The attack against linear models, where the best perturbation is known exactly.

import { describe, expect, test } from "vitest";
import type { Attack } from "../../src/attacks/attack.ts";
import { craftEvasion, strongestAttack } from "../../src/attacks/evasion/craft.ts";
import { flipAttack } from "../../src/attacks/evasion/flips.ts";
import { lineSearchAttack } from "../../src/attacks/evasion/lineSearch.ts";
import { minimumEpsilon } from "../../src/attacks/evasion/minimum.ts";
import { pgdAttack } from "../../src/attacks/evasion/pgd.ts";
import { withRestarts } from "../../src/attacks/evasion/restarts.ts";
import { runAttack } from "../../src/attacks/run.ts";
import type { AttackResult } from "../../src/attacks/task.ts";
import { type Dataset, denseRows, featureCount, takeRows } from "../../src/data/dataset.ts";
import type { LinearFunction } from "../../src/learners/linearModel.ts";
import { modelFromGraph } from "../../src/models/model.ts";
import { openModel } from "../../src/models/open.ts";
import { GraphBuilder, modelOf } from "../../src/onnx/builder.ts";
import { l0, l1, l2, linf } from "../../src/threat/norm.ts";
import type { BudgetedThreat, ThreatModel } from "../../src/threat/threat.ts";
import {
  bestIncrease,
  binaryPoints,
  boundsOf,
  boxPoints,
  marginOf,
  openLinear,
  randomFunctions,
  rowAt,
  runtime,
} from "../linearWorld.ts";

const seed = 11;
const epsilons = [0.05, 0.3, 1, 2.5, 6];
const tolerance = 1e-5;
type Threat = ThreatModel;

/** Whatever changes in a threat model, as the tests of it vary. */
const variants: readonly (readonly [string, (d: number) => Partial<Threat>])[] = [
  ["the box alone", () => ({})],
  ["a mask", (d) => ({ changeable: Uint8Array.from({ length: d }, (_, j) => (j % 3 === 0 ? 0 : 1)) })],
  ["additions only", () => ({ direction: "add" })],
  ["removals only", () => ({ direction: "remove" })],
  [
    "additions under a mask",
    (d) => ({ direction: "add", changeable: Uint8Array.from({ length: d }, (_, j) => j % 2) }),
  ],
];

/** Checks points against everything a threat model says, from the points alone. */
function expectAdmissible({ points }: AttackResult, data: Dataset, threat: Threat, epsilon: number): void {
  const d = featureCount(data);
  data.labels.forEach((_, i) => {
    const row = rowAt(data, i);
    const { lower, upper } = boundsOf(threat, row);
    const moved = Float64Array.from(points.data.subarray(i * d, (i + 1) * d));
    for (let j = 0; j < d; j++) {
      if (moved[j] < lower[j] - 1e-7 || moved[j] > upper[j] + 1e-7) expect.fail(`feature ${j} of point ${i} is out`);
    }
    expect(threat.norm.measure(moved.map((value, j) => value - row[j]))).toBeLessThanOrEqual(
      epsilon + 1e-6 * (1 + epsilon),
    );
  });
}

describe.each([l1, l2, linf])("the attack on a linear model, $label", (norm) => {
  test.each(variants)("%s: the closed-form optimum within 1e-5 * max(1, |objective|)", async (_, vary) => {
    for (const d of [30, 400]) {
      const data = boxPoints(seed, 40, d);
      const [f] = randomFunctions(seed, 1, d);
      const { model, opened } = await openLinear([f], data);
      const threat: Threat = { norm, domain: data.domain, ...vary(d) };
      const common = { model, opened, x: denseRows(data), labels: data.labels, threat, pool: data, seed };
      const results = await craftEvasion({ ...common, epsilons });
      results.forEach((result, e) => {
        expectAdmissible(result, data, threat, epsilons[e]);
        data.labels.forEach((label, i) => {
          const row = rowAt(data, i);
          const { slopes, clean } = marginOf(f, row, label);
          const optimum = clean + bestIncrease(norm.name, slopes, row, epsilons[e], boundsOf(threat, row));
          expect(Math.abs(result.objective[i] - optimum)).toBeLessThanOrEqual(
            tolerance * Math.max(1, Math.abs(optimum)),
          );
        });
      });
    }
  });

  test.each(variants)("%s: of 3 to 7 classes, the best of what each other class allows", async (_, vary) => {
    const d = 40;
    for (const classes of [3, 4, 7]) {
      const data = boxPoints(seed + classes, 40, d, classes);
      const functions = randomFunctions(seed + classes, classes, d);
      const { model, opened } = await openLinear(functions, data);
      const threat: Threat = { norm, domain: data.domain, ...vary(d) };
      const common = { model, opened, x: denseRows(data), labels: data.labels, threat, pool: data, seed };
      (await craftEvasion({ ...common, epsilons })).forEach((result, e) => {
        expectAdmissible(result, data, threat, epsilons[e]);
        data.labels.forEach((label, i) => {
          const row = rowAt(data, i);
          const optimum = bestOfRivals(functions, label, row, (slopes) =>
            bestIncrease(norm.name, slopes, row, epsilons[e], boundsOf(threat, row)),
          );
          expect(Math.abs(result.objective[i] - optimum)).toBeLessThanOrEqual(
            tolerance * Math.max(1, Math.abs(optimum)),
          );
        });
      });
    }
  });

  test("the smallest budget of 5 classes is the least that any other class needs", async () => {
    const [d, classes] = [20, 5];
    const data = boxPoints(seed, 30, d, classes);
    const functions = randomFunctions(seed, classes, d);
    const each = await openLinear(functions, data);
    const threat: Threat = { norm, domain: data.domain };
    const { attack, isExact } = await strongestAttack([each], data.domain, false);
    expect(isExact).toBe(true);
    const task = { models: [each.opened], x: denseRows(data), labels: data.labels, threat, seed };
    const { epsilon } = await minimumEpsilon({ ...task, attack });
    data.labels.forEach((label, i) => {
      const row = rowAt(data, i);
      const marginAt = (budget: number) =>
        bestOfRivals(functions, label, row, (slopes) =>
          bestIncrease(norm.name, slopes, row, budget, boundsOf(threat, row)),
        );
      if (epsilon[i] === Number.POSITIVE_INFINITY) expect(marginAt(1e3)).toBeLessThan(1e-5);
      else {
        expect(marginAt(epsilon[i])).toBeGreaterThan(-1e-5);
        if (epsilon[i] > 0) expect(marginAt(epsilon[i] * (1 - 2e-3))).toBeLessThan(1e-5);
      }
    });
  });

  test("of probabilities that are 0 and 1 but for rounding: the optimum of the logits", async () => {
    const scale = 1000;
    const data = boxPoints(seed, 40, 30);
    const [f] = randomFunctions(seed, 1, 30);
    const { model: linear } = await openLinear([f], data);
    const g = GraphBuilder.from(linear.onnx!.graph);
    const z = g.node("Mul", [linear.onnx!.graph.outputs[0].name, g.scalar(scale, "x")]);
    const p = g.node("Exp", [g.node("Sub", [z, g.node("ReduceLogSumExp", [z, g.ints([1])])])]);
    g.output(p, "probabilities");
    const model = modelFromGraph(modelOf(g.graph(["probabilities"]), { scores: "probabilities" }));
    const opened = (await openModel(runtime, model)).differentiable!;
    const { data: clean } = await opened.scores(denseRows(data));
    expect(clean.filter((value) => value === 0 || value === 1).length).toBeGreaterThan(40);
    const threat: Threat = { norm, domain: data.domain };
    const common = { opened, x: denseRows(data), labels: data.labels, threat, epsilons, seed };
    // One step, as where the model is known to be affine, and the search of its own length.
    for (const attack of [undefined, lineSearchAttack()]) {
      const results = await craftEvasion({ ...common, model, ...(attack && { attack }) });
      results.forEach(({ objective }, e) => {
        data.labels.forEach((label, i) => {
          const row = rowAt(data, i);
          const { slopes, clean } = marginOf(f, row, label);
          const optimum = scale * (clean + bestIncrease(norm.name, slopes, row, epsilons[e], boundsOf(threat, row)));
          expect(Math.abs(objective[i] - optimum)).toBeLessThanOrEqual(tolerance * Math.max(scale, Math.abs(optimum)));
        });
      });
    }
  });

  test("features of very different scales, each with bounds of its own: the optimum again", async () => {
    const d = 30;
    const plain = boxPoints(seed, 40, d);
    // Some features count bytes and some are shares: slopes and ways differ by factors of up to a million.
    const units = Float64Array.from({ length: d }, (_, j) => 10 ** (j % 4 === 0 ? 6 : j % 4 === 1 ? 3 : 0));
    const values = denseRows(plain).data.map((value, at) => value * units[at % d]);
    const [g] = randomFunctions(seed, 1, d);
    const f = { ...g, weights: g.weights.map((weight, j) => Math.fround(weight / units[j])) };
    const domain = { lower: new Float64Array(d), upper: units };
    const data: Dataset = {
      ...plain,
      features: { type: "float32", shape: [40, d], data: values as Float32Array },
      domain,
    };
    const { model, opened } = await openLinear([f], data);
    const threat: Threat = { norm, domain };
    const common = { model, opened, x: denseRows(data), labels: data.labels, threat, pool: data, seed };
    const budgets = [0.3, 10, 1e4, 1e6, 1e9];
    for (const [e, result] of (await craftEvasion({ ...common, epsilons: budgets })).entries()) {
      data.labels.forEach((label, i) => {
        const row = rowAt(data, i);
        const { slopes, clean } = marginOf(f, row, label);
        const gain = bestIncrease(norm.name, slopes, row, budgets[e], boundsOf(threat, row));
        const scale = Math.max(1, Math.abs(clean + gain));
        expect(Math.abs(result.objective[i] - clean - gain)).toBeLessThanOrEqual(1e-4 * gain + 1e-5 * scale);
      });
    }
  });

  test("targeted at the other of two classes, it is the same optimum", async () => {
    const data = boxPoints(seed, 30, 50);
    const [f] = randomFunctions(seed, 1, 50);
    const { model, opened } = await openLinear([f], data);
    const common = { model, opened, x: denseRows(data), labels: data.labels, pool: data, seed, epsilons };
    const threat = { norm, domain: data.domain };
    const untargeted = await craftEvasion({ ...common, threat });
    const targeted = await craftEvasion({ ...common, threat, targets: data.labels.map((label) => 1 - label) });
    untargeted.forEach(({ objective, points }, e) => {
      expect(targeted[e].objective).toEqual(objective);
      expect(targeted[e].points).toEqual(points);
    });
  });

  test("targeted at one of three classes, it comes near the optimum that duality gives, and never above", async () => {
    const data = boxPoints(seed, 12, 50, 3);
    const functions = randomFunctions(seed, 3, 50);
    const { opened } = await openLinear(functions, data);
    const targets = data.labels.map((label) => (label + 1) % 3);
    for (const epsilon of [0.3, 1]) {
      const threat = { norm, domain: data.domain, epsilon };
      const { objective } = await runAttack(lineSearchAttack(), {
        models: [opened],
        x: denseRows(data),
        labels: data.labels,
        targets,
        threat,
        seed,
      });
      let [short, way] = [0, 0];
      targets.forEach((target, i) => {
        const row = rowAt(data, i);
        const others = [0, 1, 2].filter((k) => k !== target);
        const lines = others.map((k) => {
          const slopes = functions[target].weights.map((w, j) => w - functions[k].weights[j]);
          const clean = slopes.reduce((sum, s, j) => sum + s * row[j], functions[target].bias - functions[k].bias);
          return { slopes, clean };
        });
        // max over delta of the lesser line = min over mixtures of the lines of its max over delta.
        const mixed = (share: number) => {
          const slopes = lines[0].slopes.map((s, j) => share * s + (1 - share) * lines[1].slopes[j]);
          const clean = share * lines[0].clean + (1 - share) * lines[1].clean;
          return clean + bestIncrease(norm.name, slopes, row, epsilon, boundsOf(threat, row));
        };
        const optimum = leastOf(mixed);
        expect(objective[i]).toBeLessThanOrEqual(optimum + 1e-5);
        short += optimum - objective[i];
        way += optimum - Math.min(...lines.map(({ clean }) => clean));
      });
      expect(short / way).toBeLessThan(0.1);
    }
  });
});

/** The largest margin over the other classes, given by how much a function with some slopes can rise. */
function bestOfRivals(
  functions: readonly LinearFunction[],
  label: number,
  row: Float64Array,
  rise: (slopes: Float64Array) => number,
): number {
  const margins = functions.flatMap(({ weights, bias }, k) => {
    if (k === label) return [];
    const slopes = weights.map((weight, j) => weight - functions[label].weights[j]);
    return [slopes.reduce((sum, slope, j) => sum + slope * row[j], bias - functions[label].bias) + rise(slopes)];
  });
  return Math.max(...margins);
}

/** The least value of a convex function on [0, 1], by golden sections. */
function leastOf(f: (share: number) => number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (f(a) < f(b)) high = b;
    else low = a;
  }
  return f((low + high) / 2);
}

describe("flips of binary features on a linear model", () => {
  const d = 120;
  const data = binaryPoints(seed, 40, d);
  const [f] = randomFunctions(seed, 1, d);

  test.each([undefined, "add", "remove"] as const)("direction %s: the best set of changes", async (direction) => {
    const { opened } = await openLinear([f], data);
    for (const [epsilon, perGradient] of [
      [1, 1],
      [5, 1],
      [30, 7],
      [200, 1000],
    ] as const) {
      const threat: BudgetedThreat = { norm: l1, domain: data.domain, epsilon, ...(direction && { direction }) };
      const task = { models: [opened], x: denseRows(data), labels: data.labels, threat, seed };
      const { points, objective, size } = await runAttack(flipAttack({ perGradient }), task);
      expect(points.data.every((value) => value === 0 || value === 1)).toBe(true);
      data.labels.forEach((label, i) => {
        const row = rowAt(data, i);
        const { slopes, clean } = marginOf(f, row, label);
        const gains = [...slopes]
          .map((slope, j) => (row[j] === 0 ? slope : -slope))
          .filter((gain, j) => gain > 0 && (direction === undefined || (direction === "add") === (row[j] === 0)))
          .sort((a, b) => b - a)
          .slice(0, epsilon);
        expect(size[i]).toBe(gains.length);
        expect(Math.abs(objective[i] - clean - gains.reduce((sum, gain) => sum + gain, 0))).toBeLessThan(2e-6);
      });
    }
  });

  test("the line search, rounded, is admissible, and no better than the best set of changes", async () => {
    const { opened } = await openLinear([f], data);
    const threat: BudgetedThreat = { norm: l1, domain: data.domain, epsilon: 5, direction: "add" };
    const task = { models: [opened], x: denseRows(data), labels: data.labels, threat, seed };
    const rounded = await runAttack(lineSearchAttack(), task);
    const best = await runAttack(flipAttack(), task);
    expect(rounded.points.data.every((value) => value === 0 || value === 1)).toBe(true);
    expectAdmissible(rounded, data, threat, 5);
    rounded.objective.forEach((value, i) => {
      expect(value).toBeLessThanOrEqual(best.objective[i] + 1e-6);
    });
  });
});

describe("features between which there is a distance", () => {
  test.each([l1, l2, linf])("integers, $label: whole numbers inside ball and box, and success rises", async (norm) => {
    const d = 30;
    const plain = boxPoints(seed, 40, d);
    const values = denseRows(plain).data.map((value) => Math.round(20 * value));
    const data: Dataset = {
      ...plain,
      features: { type: "float32", shape: [40, d], data: Float32Array.from(values) },
      domain: {
        lower: new Float64Array(d),
        upper: new Float64Array(d).fill(20),
        kinds: new Array<"integer">(d).fill("integer"),
      },
    };
    const [f] = randomFunctions(seed, 1, d);
    const { opened } = await openLinear([f], data);
    const epsilon = norm === linf ? 2.4 : 12.3;
    const threat: BudgetedThreat = { norm, domain: data.domain, epsilon };
    const result = await runAttack(lineSearchAttack(), {
      models: [opened],
      x: denseRows(data),
      labels: data.labels,
      threat,
      seed,
    });
    expect(result.points.data.every(Number.isInteger)).toBe(true);
    expectAdmissible(result, data, threat, epsilon);
    data.labels.forEach((label, i) => {
      const row = rowAt(data, i);
      const { slopes, clean } = marginOf(f, row, label);
      const best = bestIncrease(norm.name, slopes, row, epsilon, boundsOf(threat, row));
      expect(result.objective[i] - clean).toBeLessThanOrEqual(best + 1e-4);
      expect(result.objective[i] - clean).toBeGreaterThanOrEqual(0.6 * best);
    });
  });

  test.each([l1, l2, linf])("8 bits, $label: every value is k / 255, and little is lost", async (norm) => {
    const d = 100;
    const plain = boxPoints(seed, 30, d);
    const pixels = Float32Array.from(denseRows(plain).data, (value) => Math.round(255 * value) / 255);
    const data: Dataset = { ...plain, features: { type: "float32", shape: [30, d], data: pixels } };
    const [f] = randomFunctions(seed, 1, d);
    const { opened } = await openLinear([f], data);
    const epsilon = norm === linf ? 0.1 : 1;
    const threat: BudgetedThreat = { norm, domain: data.domain, epsilon, grid: 1 / 255 };
    const task = { models: [opened], x: denseRows(data), labels: data.labels, seed };
    const result = await runAttack(lineSearchAttack(), { ...task, threat });
    const { grid: _, ...free } = threat;
    const exact = await runAttack(lineSearchAttack(), { ...task, threat: free });
    const bytes = Uint8Array.from(result.points.data, (value) => Math.round(255 * value));
    expect(Float32Array.from(bytes, (byte) => byte / 255)).toEqual(result.points.data);
    expectAdmissible(result, data, threat, epsilon);
    data.labels.forEach((label, i) => {
      const { clean } = marginOf(f, rowAt(data, i), label);
      expect(result.objective[i]).toBeGreaterThanOrEqual(clean + 0.93 * (exact.objective[i] - clean));
    });
  });
});

describe("restarts", () => {
  // With three classes the margin is the larger of two linear functions: one local optimum for each.
  const data = boxPoints(seed, 40, 30, 3);
  const functions = randomFunctions(seed, 3, 30);
  const threat: BudgetedThreat = { norm: l2, domain: data.domain, epsilon: 1.5 };
  const attackWith = async (attack: Attack, rows = data, ids?: Int32Array) => {
    const { opened } = await openLinear(functions, data);
    const x = denseRows(rows);
    return runAttack(attack, { models: [opened], x, labels: rows.labels, threat, seed, ...(ids && { ids }) });
  };

  const optimum = Float64Array.from(data.labels.keys(), (i) => {
    const row = rowAt(data, i);
    const own = functions[data.labels[i]];
    const others = functions.filter((each) => each !== own);
    return Math.max(
      ...others.map((other) => {
        const slopes = other.weights.map((w, j) => w - own.weights[j]);
        const clean = slopes.reduce((sum, s, j) => sum + s * row[j], other.bias - own.bias);
        return clean + bestIncrease("l2", slopes, row, 1.5, boundsOf(threat, row));
      }),
    );
  });
  const reached = ({ objective }: AttackResult) => objective.filter((value, i) => value > optimum[i] - 1e-4).length;

  test("find the better of two local optima that one start misses", async () => {
    const once = await attackWith(lineSearchAttack());
    const often = await attackWith(withRestarts(lineSearchAttack(), 8));
    often.objective.forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual(once.objective[i] - 1e-9);
      expect(value).toBeLessThanOrEqual(optimum[i] + 1e-5);
    });
    expect(reached(once)).toBeLessThan(40);
    expect(reached(often)).toBeGreaterThan(reached(once));
    expect(often.iterations).toBeGreaterThan(once.iterations);
  });

  test("of points that are attacked apart are the same as together", async () => {
    const attack = withRestarts(pgdAttack({ steps: 5, stepSize: 0.3 }), 3);
    const together = await attackWith(attack);
    const ids = Int32Array.of(33, 4);
    const apart = await attackWith(attack, takeRows(data, ids), ids);
    ids.forEach((i, row) => {
      expect(apart.points.data.subarray(row * 30, (row + 1) * 30)).toEqual(
        together.points.data.subarray(i * 30, (i + 1) * 30),
      );
    });
  });
});

test.each(variants)(
  "L0, %s: the features of largest gain, each to its bound, of 2 and of 4 classes",
  async (_, vary) => {
    const d = 30;
    for (const classes of [2, 4]) {
      const data = boxPoints(seed + classes, 40, d, classes);
      const functions = randomFunctions(seed + classes, classes === 2 ? 1 : classes, d);
      const { model, opened } = await openLinear(functions, data);
      const threat: Threat = { norm: l0, domain: data.domain, ...vary(d) };
      const common = { model, opened, x: denseRows(data), labels: data.labels, threat, pool: data, seed };
      const counts = [1, 3, 8, d];
      (await craftEvasion({ ...common, epsilons: counts })).forEach((result, e) => {
        expectAdmissible(result, data, threat, counts[e]);
        data.labels.forEach((label, i) => {
          const row = rowAt(data, i);
          const best = (slopes: Float64Array) => bestIncrease("l0", slopes, row, counts[e], boundsOf(threat, row));
          const { slopes, clean } = marginOf(functions[0], row, label);
          const optimum = classes === 2 ? clean + best(slopes) : bestOfRivals(functions, label, row, best);
          expect(Math.abs(result.objective[i] - optimum)).toBeLessThanOrEqual(
            tolerance * Math.max(1, Math.abs(optimum)),
          );
        });
      });
    }
  },
);
