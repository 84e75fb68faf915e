// The nearest point on which trees err against every point of the grid that their thresholds make, on models that ONNX
// Runtime computes.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { beamAttack } from "../../src/attacks/evasion/beam.ts";
import { buildEvasion } from "../../src/attacks/evasion/evasionAttack.ts";
import { evolutionAttack } from "../../src/attacks/evasion/evolution.ts";
import { evasionByName } from "../../src/attacks/evasion/index.ts";
import { minimumEpsilon } from "../../src/attacks/evasion/minimum.ts";
import { runAttack } from "../../src/attacks/run.ts";
import { denseRows } from "../../src/data/dataset.ts";
import type { FeatureKind } from "../../src/data/featureKind.ts";
import { nextFloat32 } from "../../src/float32.ts";
import { fit } from "../../src/learners/fit.ts";
import { learnerByName } from "../../src/learners/registry.ts";
import { argMax } from "../../src/models/losses.ts";
import { type Model, modelFromBytes } from "../../src/models/model.ts";
import { openModel } from "../../src/models/open.ts";
import { treesOf } from "../../src/models/trees.ts";
import { GraphBuilder, modelOf } from "../../src/onnx/builder.ts";
import { writeModel } from "../../src/onnx/proto.ts";
import { type Stream, stream } from "../../src/random.ts";
import { tensor } from "../../src/tensor.ts";
import { type Norm, normNames, norms } from "../../src/threat/norm.ts";
import { scaledNorm } from "../../src/threat/scaledNorm.ts";
import { isFrozen, type ThreatModel, writeBounds } from "../../src/threat/threat.ts";
import { boxPoints, openLinear, randomFunctions, rowAt, runtime } from "../linearWorld.ts";

/** How a file may state its scores. */
const forms = ["classes", "one column of shares", "one logistic column"] as const;
interface Shape {
  readonly seed: number;
  readonly d: number;
  readonly trees: number;
  readonly depth: number;
  readonly form: (typeof forms)[number];
  readonly mode: "BRANCH_LEQ" | "BRANCH_LT" | "BRANCH_GT" | "BRANCH_GTE";
}

/** A file of random trees; thresholds are few, so that features have several cuts at one place. */
function fileOf({ seed, d, trees, depth, form, mode }: Shape): { readonly model: Model; readonly cuts: number[][] } {
  const random = stream(seed, "trees");
  const cuts = Array.from({ length: d }, () => new Set<number>());
  const nodes: { tree: number; id: number; mode: string; feature: number; value: number; yes: number; no: number }[] =
    [];
  const leaves: { tree: number; id: number; k: number; weight: number }[] = [];
  const classes = form === "classes" ? 3 : 2;
  for (let tree = 0; tree < trees; tree++) {
    let next = 1;
    const grow = (id: number, left: number): void => {
      if (left === 0 || random.uniform() < 0.1) {
        nodes.push({ tree, id, mode: "LEAF", feature: 0, value: 0, yes: 0, no: 0 });
        for (let k = 0; k < (form === "classes" ? classes : 1); k++) {
          const weight = form === "one column of shares" ? random.uniform() / trees : random.normal();
          leaves.push({ tree, id, k, weight });
        }
        return;
      }
      const feature = random.integer(d);
      const value = Math.fround(random.integer(10) / 10 + 0.05);
      cuts[feature].add(value);
      const [yes, no] = [next++, next++];
      nodes.push({ tree, id, mode, feature, value, yes, no });
      grow(yes, left - 1);
      grow(no, left - 1);
    };
    grow(0, depth);
  }
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", d]);
  const graph = g.graph([x]);
  const ints = (values: readonly number[]) => ({ ints: values });
  const attributes = {
    nodes_treeids: ints(nodes.map(({ tree }) => tree)),
    nodes_nodeids: ints(nodes.map(({ id }) => id)),
    nodes_modes: { strings: nodes.map((node) => node.mode) },
    nodes_featureids: ints(nodes.map(({ feature }) => feature)),
    nodes_values: { floats: nodes.map(({ value }) => value) },
    nodes_truenodeids: ints(nodes.map(({ yes }) => yes)),
    nodes_falsenodeids: ints(nodes.map(({ no }) => no)),
    class_treeids: ints(leaves.map(({ tree }) => tree)),
    class_nodeids: ints(leaves.map(({ id }) => id)),
    class_ids: ints(leaves.map(({ k }) => k)),
    class_weights: { floats: leaves.map(({ weight }) => weight) },
    classlabels_int64s: ints(Array.from({ length: classes }, (_, k) => k)),
    post_transform: { string: form === "one logistic column" ? "LOGISTIC" : form === "classes" ? "SOFTMAX" : "NONE" },
    ...(form === "one logistic column" && { base_values: { floats: [0.1] } }),
  };
  const file = modelOf({
    ...graph,
    nodes: [
      ...graph.nodes,
      {
        op: "TreeEnsembleClassifier",
        domain: "ai.onnx.ml",
        name: "trees",
        inputs: [x],
        outputs: ["label", "scores"],
        attributes,
      },
    ],
    outputs: [
      { name: "label", type: "int64", shape: ["N"] },
      { name: "scores", type: "float32", shape: ["N", classes] },
    ],
  });
  const sides = cuts.map((each) =>
    [...each].flatMap((t) => [-1, 0, 1].map((side) => (side === 0 ? t : nextFloat32(t, side * 9)))),
  );
  return { model: modelFromBytes(writeModel(file)), cuts: sides };
}

/** What else holds: a mask, a direction, whole numbers. */
function threatIn(random: Stream, d: number, norm: Norm): ThreatModel {
  const kinds = Array.from({ length: d }, (): FeatureKind => (random.uniform() < 0.3 ? "integer" : "real"));
  return {
    norm,
    domain: {
      lower: new Float64Array(d),
      upper: Float64Array.from({ length: d }, (_, j) => (kinds[j] === "integer" ? 2 : 1)),
      kinds,
    },
    changeable: Uint8Array.from({ length: d }, () => (random.uniform() < 0.8 ? 1 : 0)),
    direction: Array.from({ length: d }, () =>
      random.uniform() < 0.6 ? undefined : random.uniform() < 0.5 ? "add" : "remove",
    ),
  };
}

/** The least norm of a move to a point of the grid, within the threat, whose class is another one. */
async function leastOnGrid(
  scores: (x: Float32Array) => Promise<Int32Array>,
  threat: ThreatModel,
  row: Float64Array,
  label: number,
  cuts: readonly number[][],
): Promise<number> {
  const d = row.length;
  const [lower, upper] = [new Float64Array(d), new Float64Array(d)];
  writeBounds(threat, row, lower, upper);
  const values = cuts.map((each, j) => {
    if (isFrozen(threat, j)) return [row[j]];
    const isWhole = threat.domain.kinds![j] === "integer";
    const own = isWhole ? [0, 1, 2] : each;
    return [row[j], ...own.filter((value) => value >= lower[j] && value <= upper[j])];
  });
  let grid: number[][] = [[]];
  for (const each of values) grid = grid.flatMap((start) => each.map((value) => [...start, value]));
  const labels = await scores(Float32Array.from(grid.flat()));
  return grid.reduce(
    (least, point, i) =>
      labels[i] === label
        ? least
        : Math.min(least, threat.norm.measure(Float64Array.from(point, (v, j) => v - row[j]))),
    Number.POSITIVE_INFINITY,
  );
}

const shapes = fc.record({
  seed: fc.nat(1e6),
  d: fc.integer({ min: 1, max: 3 }),
  trees: fc.integer({ min: 1, max: 4 }),
  depth: fc.integer({ min: 1, max: 3 }),
  form: fc.constantFrom(...forms),
  mode: fc.constantFrom("BRANCH_LEQ" as const, "BRANCH_LT" as const, "BRANCH_GT" as const, "BRANCH_GTE" as const),
});

describe.each(normNames)("the nearest point on which trees err, %s", (name) => {
  test("is as near as the nearest of the grid, or there is none; no search by scores finds a nearer one", async () => {
    let [found, none] = [0, 0];
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const { model, cuts } = fileOf(shape);
        const opened = await openModel(runtime, model);
        const random = stream(shape.seed, "rows");
        const units = Float64Array.from({ length: shape.d }, () => 0.5 + random.uniform());
        const norm = random.uniform() < 0.5 ? norms[name] : scaledNorm(norms[name], units);
        const threat = threatIn(random, shape.d, norm);
        const n = 4;
        const x = tensor(
          "float32",
          [n, shape.d],
          Array.from({ length: n * shape.d }, (_, at) => {
            const isWhole = threat.domain.kinds![at % shape.d] === "integer";
            return isWhole ? random.integer(3) : random.uniform();
          }),
        );
        const labels = argMax(await opened.scores(x));
        const models = [{ ...opened, inputGradient: () => Promise.reject(new Error("no gradients")) }];
        const attack = buildEvasion(evasionByName("trees"), {}, threat);
        const task = { models, x, labels, threat, seed: 0 };
        const { epsilon } = await minimumEpsilon({ ...task, attack, byScores: true });
        const classes = async (values: Float32Array) =>
          argMax(await opened.scores(tensor("float32", [values.length / shape.d, shape.d], values)));
        for (let i = 0; i < n; i++) {
          const row = Float64Array.from(x.data.subarray(i * shape.d, (i + 1) * shape.d));
          const least = await leastOnGrid(classes, threat, row, labels[i], cuts);
          if (least === Number.POSITIVE_INFINITY) none++;
          else found++;
          if (least === Number.POSITIVE_INFINITY) expect(epsilon[i]).toBe(least);
          else expect(Math.abs(epsilon[i] - least)).toBeLessThanOrEqual(1e-6 * least);
        }
        for (const search of [
          beamAttack({ width: 3, changes: 3 }),
          evolutionAttack({ generations: 3, population: 8, offspring: 8, stop: false }),
        ]) {
          const wide = { ...threat, epsilon: name === "l0" ? 3 : 1 };
          const { objective, size } = await runAttack(search, { ...task, threat: wide });
          objective.forEach((value, i) => {
            if (value > 0) expect(size[i]).toBeGreaterThanOrEqual(epsilon[i] * (1 - 1e-6));
          });
        }
        await opened.close();
      }),
      { numRuns: 25 },
    );
    expect(found).toBeGreaterThan(20);
    expect(none).toBeGreaterThan(0);
  });
});

test("of a forest that was learned here: within the budget the answer changes, and below it the model is right", async () => {
  const data = boxPoints(4, 60, 4);
  const { model } = await fit(learnerByName("forest"), data, {
    runtime,
    seed: 0,
    stream: "forest",
    options: { trees: 5, depth: 3 },
  });
  const opened = await openModel(runtime, model);
  expect(treesOf(model, 2)?.trees.length).toBe(5);
  const models = [{ ...opened, inputGradient: () => Promise.reject(new Error("no gradients")) }];
  const labels = argMax(await opened.scores(denseRows(data)));
  const threat: ThreatModel = { norm: norms.linf, domain: data.domain };
  const attack = buildEvasion(evasionByName("trees"), {}, threat);
  const task = { models, x: denseRows(data), labels, threat, seed: 0 };
  const { epsilon, points } = await minimumEpsilon({ ...task, attack, byScores: true });
  const after = argMax(await opened.scores(points));
  const random = stream(9, "around");
  for (let i = 0; i < labels.length; i++) {
    expect(epsilon[i]).toBeGreaterThan(0);
    expect(after[i]).not.toBe(labels[i]);
    // Nothing in the ball that is a little smaller errs.
    const row = rowAt(data, i);
    const around = Float32Array.from({ length: 50 * 4 }, (_, at) => {
      const value = row[at % 4] + 0.999 * epsilon[i] * (random.uniform() < 0.5 ? -1 : 1);
      return Math.min(1, Math.max(0, value));
    });
    expect(argMax(await opened.scores(tensor("float32", [50, 4], around))).every((label) => label === labels[i])).toBe(
      true,
    );
  }
});

test("what is no sum of trees, is bound by rules, or takes too many boxes is refused in a sentence", async () => {
  const data = boxPoints(4, 20, 4);
  const threat = { norm: norms.linf, domain: data.domain, epsilon: 1 };
  const task = { x: denseRows(data), labels: data.labels, threat, seed: 0 };
  const build = (options = {}, more = {}) => buildEvasion(evasionByName("trees"), options, { ...threat, ...more });
  const { opened: linear } = await openLinear(randomFunctions(1, 1, 4), data);
  await expect(runAttack(build(), { ...task, models: [linear] })).rejects.toThrow(
    /^unsupported attack trees: expected one model that is a sum of decision trees .* got another/,
  );
  expect(() => build({}, { grid: 1 / 255 })).toThrow(/^unsupported attack trees: expected bounds.* got a grid/);
  const { model } = await fit(learnerByName("forest"), data, {
    runtime,
    seed: 0,
    stream: "forest",
    options: { trees: 60 },
  });
  const opened = await openModel(runtime, model);
  const models = [{ ...opened, inputGradient: () => Promise.reject(new Error("no gradients")) }];
  const labels = argMax(await opened.scores(task.x));
  await expect(runAttack(build({ boxes: 3 }), { ...task, labels, models })).rejects.toThrow(
    /^unsupported attack trees: expected a nearest point that is found among 3 boxes of leaves, got a row that takes more/,
  );
});
