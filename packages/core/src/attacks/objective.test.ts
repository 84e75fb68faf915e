// What attacks climb: each gradient belongs to its value, keeps what it says it keeps, and leads to the same optimum
// where one is known.

import { beforeAll, describe, expect, test } from "vitest";
import {
  bestIncrease,
  boundsOf,
  boxPoints,
  marginOf,
  openLinear,
  randomFunctions,
  rowAt,
  runtime,
} from "../../test/linearWorld.ts";
import { denseRows } from "../data/dataset.ts";
import { lossesOf } from "../models/climbedLosses.ts";
import { margin } from "../models/losses.ts";
import { modelFromGraph } from "../models/model.ts";
import { type Differentiable, openModel } from "../models/open.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { norms } from "../threat/norm.ts";
import { apgdAttack } from "./evasion/apgd.ts";
import { lineSearchAttack } from "./evasion/lineSearch.ts";
import { pgdAttack } from "./evasion/pgd.ts";
import { objectiveByName, objectives } from "./objective.ts";
import { runAttack } from "./run.ts";

const [n, d, classes] = [12, 8, 4];
const data = boxPoints(6, n, d, classes);
const rows = denseRows(data);
const x = tensor("float64", rows.shape, Float64Array.from(rows.data));
const { labels } = data;

type After = (g: GraphBuilder, scores: string, x: string) => string;

/** A smooth network in float64, so that differences show its slopes; what comes after its scores is given. */
async function network(after: After = (_, scores) => scores, probabilities = false): Promise<Differentiable> {
  const random = stream(8, "objective");
  const weights = (g: GraphBuilder, a: number, b: number) =>
    g.constant(
      tensor(
        "float64",
        [a, b],
        Array.from({ length: a * b }, () => (2 * random.normal()) / Math.sqrt(a)),
      ),
    );
  const g = new GraphBuilder();
  const input = g.input("x", "float64", ["N", d]);
  const hidden = g.node("Tanh", [g.node("MatMul", [input, weights(g, d, 10)])]);
  g.output(after(g, g.node("MatMul", [hidden, weights(g, 10, classes)]), input), "scores");
  const metadata: Record<string, string> = probabilities ? { scores: "probabilities" } : { scores: "logits" };
  const opened = await openModel(runtime, modelFromGraph(modelOf(g.graph(), metadata)));
  return opened.differentiable!;
}

let plain: Differentiable;
beforeAll(async () => {
  plain = await network();
});

const gradientOf = async (model: Differentiable, name: string, of = labels) =>
  (await model.inputGradient(objectives[name].gradient, x, of)).gradient.data as Float64Array;

/** The largest difference of two lists, relative to the largest number. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [largest, apart] = [0, 0];
  for (let at = 0; at < a.length; at++) {
    largest = Math.max(largest, Math.abs(a[at]), Math.abs(b[at]));
    apart = Math.max(apart, Math.abs(a[at] - b[at]));
  }
  return apart / largest;
}

/** Rows at unit length. */
function unit(gradient: Float64Array): Float64Array {
  return gradient.map((value, at) => {
    const i = Math.floor(at / d);
    return value / Math.hypot(...gradient.subarray(i * d, (i + 1) * d));
  });
}

describe.each(["margin", "cross-entropy", "logit"])("%s", (name) => {
  test("has the gradient that central differences of its value show", async () => {
    const h = 1e-5;
    const found = await gradientOf(plain, name);
    const differences = new Float64Array(n * d);
    for (let j = 0; j < d; j++) {
      const at = (step: number) => {
        const moved = x.data.slice();
        for (let i = 0; i < n; i++) moved[i * d + j] += step;
        return lossesOf(plain, objectives[name].value, tensor("float64", x.shape, moved), labels);
      };
      const [above, below] = [await at(h), await at(-h)];
      for (let i = 0; i < n; i++) differences[i * d + j] = (above[i] - below[i]) / (2 * h);
    }
    expect(distance(found, differences)).toBeLessThan(1e-7);
  });
});

test("logit-margin has the gradient of the cross-entropy of s / gap, with the gap held", async () => {
  const found = await gradientOf(plain, "logit-margin");
  const scores = (await plain.scores(x)).data;
  const expected = new Float64Array(n * d);
  for (let k = 0; k < classes; k++) {
    const slope = await gradientOf(plain, "logit", new Int32Array(n).fill(k));
    for (let i = 0; i < n; i++) {
      const row = Array.from(scores.subarray(i * classes, (i + 1) * classes));
      const [first, second] = row.toSorted((a, b) => b - a);
      const gap = first - second;
      const share = Math.exp(row[k] / gap) / row.reduce((sum, s) => sum + Math.exp(s / gap), 0);
      const weight = (share - (k === labels[i] ? 1 : 0)) / gap;
      for (let j = 0; j < d; j++) expected[i * d + j] -= weight * slope[i * d + j];
    }
  }
  expect(distance(found, expected)).toBeLessThan(1e-9);
});

const changes: Readonly<Record<"shift" | "scale", After>> = {
  shift: (g, scores, input) =>
    g.node("Add", [
      scores,
      g.node("ReduceSum", [g.node("Mul", [input, input]), g.ints([1])], { keepdims: { int: 1 } }),
    ]),
  scale: (g, scores) => g.node("Mul", [scores, g.scalar(7, scores)]),
};

describe.each(Object.values(objectives))("$name", ({ name, keeps, reference }) => {
  test.each(["shift", "scale"] as const)(
    "keeps its direction under a %s of scores where it says so, and there alone",
    async (change) => {
      const changed = await network(changes[change]);
      const apart = distance(unit(await gradientOf(changed, name)), unit(await gradientOf(plain, name)));
      if (keeps.includes(change)) expect(apart).toBeLessThan(1e-9);
      else expect(apart).toBeGreaterThan(1e-3);
      await changed.close();
    },
  );

  test("is of the logits where scores are their softmax", async () => {
    const softmax = await network((g, scores) => g.node("Softmax", [scores], { axis: { int: 1 } }), true);
    expect(distance(await gradientOf(softmax, name), await gradientOf(plain, name))).toBeLessThan(1e-9);
    const of = (model: Differentiable) => lossesOf(model, objectives[name].value, x, labels);
    expect(distance(await of(softmax), await of(plain))).toBeLessThan(1e-9);
    await softmax.close();
  });

  test("leads to the optimum of a linear model of two classes, wanted class or not, by each way of climbing", async () => {
    const two = boxPoints(7, 20, d);
    const [f] = randomFunctions(7, 1, d);
    const { opened } = await openLinear([f], two);
    for (const [attack, norm] of [
      [lineSearchAttack(), norms.l2],
      [apgdAttack({ steps: 50 }), norms.l2],
      [pgdAttack({ steps: 50, stepSize: 1 }), norms.linf],
    ] as const) {
      const threat = { norm, domain: two.domain, epsilon: 0.5 };
      const task = { models: [opened], x: denseRows(two), labels: two.labels, threat, seed: 0 };
      for (const targets of [undefined, two.labels.map((label) => 1 - label)]) {
        const objective = objectives[name];
        const result = await runAttack(attack, { ...task, objective, ...(targets && { targets }) });
        two.labels.forEach((label, i) => {
          const row = rowAt(two, i);
          const { slopes, clean } = marginOf(f, row, label);
          const optimum = clean + bestIncrease(norm.name, slopes, row, 0.5, boundsOf(threat, row));
          expect(Math.abs(result.objective[i] - optimum)).toBeLessThanOrEqual(1e-5);
        });
      }
    }
    await opened.close();
  });

  test("is climbed by a targeted attack, whose success is told by the margin of the wanted class", async () => {
    const targets = labels.map((label) => (label + 1) % classes);
    const threat = { norm: norms.linf, domain: data.domain, epsilon: 0.3 };
    const task = { models: [plain], x, labels, targets, threat, objective: objectives[name], seed: 0 };
    const result = await runAttack(apgdAttack({ steps: 30 }), task);
    const reached = margin(await plain.scores(result.points), targets);
    const clean = margin(await plain.scores(x), targets);
    result.objective.forEach((value, i) => {
      expect(value).toBeCloseTo(-reached[i], 9);
    });
    const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value / n, 0);
    expect(mean(result.objective)).toBeGreaterThan(mean(clean.map((value) => -value)) + 1);
  });

  test("says where it comes from", () => {
    expect(reference).toMatch(/\d{4}/);
    expect(objectiveByName(name)).toBe(objectives[name]);
  });
});

test("the cross-entropy of a class that is reached has no slope any more where scores are large, the others have", async () => {
  const large = await network((g, scores) => g.node("Mul", [scores, g.scalar(1e6, scores)]));
  const scores = (await large.scores(x)).data;
  const top = Int32Array.from({ length: n }, (_, i) => {
    const row = Array.from(scores.subarray(i * classes, (i + 1) * classes));
    return row.indexOf(Math.max(...row));
  });
  const isFlat = async (name: string) => (await gradientOf(large, name, top)).every((value) => value === 0);
  expect(await isFlat("cross-entropy")).toBe(true);
  for (const name of ["margin", "logit", "logit-margin"]) expect(await isFlat(name), name).toBe(false);
  await large.close();
});

test("a class that no model has is refused by name", async () => {
  const threat = { norm: norms.l2, domain: data.domain, epsilon: 1 };
  const task = { models: [plain], x, labels, threat, seed: 0, targets: new Int32Array(n).fill(classes) };
  await expect(runAttack(lineSearchAttack(), task)).rejects.toThrow(/^unknown target class 4: expected one of 0 to 3/);
  expect(() => objectiveByName("logits")).toThrow(/did you mean "logit"\?/);
});
