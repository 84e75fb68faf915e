// Fixed steps inside the model's graph against the same steps one at a time: two ways to one result.

import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { pgdAttack } from "../../src/attacks/evasion/pgd.ts";
import { runAttack } from "../../src/attacks/run.ts";
import type { AttackResult, AttackTask } from "../../src/attacks/task.ts";
import { uniformDomain } from "../../src/data/domain.ts";
import { modelFromGraph } from "../../src/models/model.ts";
import { type Differentiable, openModel } from "../../src/models/open.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
import { GraphBuilder, modelOf } from "../../src/onnx/builder.ts";
import { stream } from "../../src/random.ts";
import { type FloatType, sizeOf, tensor } from "../../src/tensor.ts";
import { l1, l2, linf, type Norm } from "../../src/threat/norm.ts";

const [n, d] = [23, 36];

function normal(name: string, ...shape: number[]) {
  const random = stream(5, name);
  return Float64Array.from({ length: sizeOf(shape) }, () => random.normal());
}

async function opened(build: (g: GraphBuilder, x: string) => string, row: readonly number[], type: FloatType) {
  const g = new GraphBuilder();
  g.output(build(g, g.input("x", type, ["N", ...row])), "scores");
  return (await openModel(runtimeFrom(ort), modelFromGraph(modelOf(g.graph())))).differentiable!;
}

/** A network of smooth units, so that rounding cannot send the two ways to different pieces of the function. */
function mlp(classes: number, type: FloatType): Promise<Differentiable> {
  const weights = (g: GraphBuilder, name: string, rows: number, columns: number) =>
    g.constant(
      tensor(
        type,
        [rows, columns],
        Array.from(normal(name, rows, columns), (value) => value / Math.sqrt(rows)),
      ),
    );
  const build = (g: GraphBuilder, x: string) => {
    const hidden = g.node("Tanh", [g.node("MatMul", [x, weights(g, "hidden", d, 20)])]);
    return g.node("MatMul", [hidden, weights(g, "scores", 20, classes)]);
  };
  return opened(build, [d], type);
}

function cnn(): Promise<Differentiable> {
  const build = (g: GraphBuilder, x: string) => {
    const filters = g.constant(tensor("float32", [4, 1, 3, 3], Array.from(normal("filters", 4, 9))));
    const maps = g.node("Flatten", [g.node("Sigmoid", [g.node("Conv", [x, filters])])]);
    return g.node("MatMul", [maps, g.constant(tensor("float32", [64, 3], Array.from(normal("dense", 64, 3))))]);
  };
  return opened(build, [1, 6, 6], "float32");
}

/** Points in the box, many of whose features are at its sides; labels of classes in turn. */
function task(model: Differentiable, norm: Norm, more: Partial<AttackTask> = {}): AttackTask {
  const random = stream(5, "points");
  const values = Float32Array.from({ length: n * d }, () => Math.min(1, Math.max(0, 1.6 * random.uniform() - 0.3)));
  return {
    models: [model],
    x: tensor("float32", [n, ...model.inputShape], values),
    labels: Int32Array.from({ length: n }, (_, i) => i % model.classes),
    threat: { norm, domain: uniformDomain(d, 0, 1), epsilon: norm === l2 ? 1 : 0.2 },
    seed: 0,
    ...more,
  };
}

/** The attack in the graph and without it, and how many calls of the graph there were. */
async function bothWays(each: AttackTask, options = { steps: 40, stepSize: 0.05 }) {
  const [model] = each.models;
  let calls = 0;
  const { ascend, ...without } = model;
  const counted: Differentiable = {
    ...without,
    ascend: (ascent) => {
      calls++;
      return ascend!(ascent);
    },
  };
  const inGraph = await runAttack(pgdAttack(options), { ...each, models: [counted, ...each.models.slice(1)] });
  const stepByStep = await runAttack(pgdAttack(options), { ...each, models: [without, ...each.models.slice(1)] });
  return { inGraph, stepByStep, calls };
}

function expectSame(a: AttackResult, b: AttackResult): void {
  a.points.data.forEach((value, i) => {
    expect(Math.abs(value - b.points.data[i])).toBeLessThan(1e-4);
  });
  a.objective.forEach((value, i) => {
    expect(Math.abs(value - b.objective[i])).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
  });
  expect(a.queries).toEqual(b.queries);
}

describe.each([l2, linf])("steps in the graph, $label", (norm) => {
  test.each<[string, () => Promise<Differentiable>]>([
    ["two classes", () => mlp(2, "float32")],
    ["five classes", () => mlp(5, "float32")],
    ["float64", () => mlp(3, "float64")],
    ["images", cnn],
  ])("end where single steps end: %s", async (_, model) => {
    const each = task(await model(), norm);
    const { inGraph, stepByStep, calls } = await bothWays(each);
    expect(calls).toBe(1);
    expectSame(inGraph, stepByStep);
    // Both the ball and the box must bind, else this would compare less than it says.
    const atBudget = inGraph.size.filter((size) => size > 0.999 * (each.threat.epsilon as number));
    expect(atBudget.length).toBeGreaterThan(n / 2);
    expect(inGraph.points.data.filter((value) => value === 0 || value === 1).length).toBeGreaterThan(n);
  });

  test.each<[string, Partial<AttackTask>]>([
    ["targets", { targets: new Int32Array(n).fill(1) }],
    ["a start elsewhere", { start: { rows: n, columns: d, data: new Float64Array(n * d).fill(0.5) } }],
  ])("end where single steps end: %s", async (_, more) => {
    const { inGraph, stepByStep } = await bothWays(task(await mlp(3, "float32"), norm, more));
    expectSame(inGraph, stepByStep);
  });

  test.each([
    ["a budget for each point", { epsilon: Float64Array.from({ length: n }, (_, i) => 0.05 * i) }],
    ["a mask", { changeable: Uint8Array.from({ length: d }, (_, j) => j % 3 && 1) }],
    ["values that only rise", { direction: "add" as const }],
    [
      "bounds of each feature",
      { domain: { ...uniformDomain(d, 0, 1), upper: new Float64Array(d).fill(1).fill(2, 9) } },
    ],
  ])("end where single steps end: %s", async (_, more) => {
    const each = task(await mlp(3, "float32"), norm);
    const { inGraph, stepByStep } = await bothWays({ ...each, threat: { ...each.threat, ...more } });
    expectSame(inGraph, stepByStep);
  });

  test("show every step to whoever watches, and end in the same place", async () => {
    const seen: number[] = [];
    const each = task(await mlp(2, "float32"), norm);
    const options = { steps: 7, stepSize: 0.2 };
    const alone = await runAttack(pgdAttack(options), each);
    const watched = await runAttack(pgdAttack(options), { ...each, onState: ({ iteration }) => seen.push(iteration) });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(watched.points.data).toEqual(alone.points.data);
    expect(watched.queries).toEqual(alone.queries);
  });

  test("gradients too small for their squares to be numbers still point the way", async () => {
    const faint = (scale: number) =>
      opened(
        (g, x) => {
          const weights = Array.from(normal("faint", d, 2), (value) => scale * value);
          return g.node("MatMul", [x, g.constant(tensor("float32", [d, 2], weights))]);
        },
        [d],
        "float32",
      );
    const [usual, small] = [await faint(1), await faint(1e-30)];
    const options = { steps: 5, stepSize: 0.3 };
    const a = await runAttack(pgdAttack(options), task(usual, norm));
    const b = await runAttack(pgdAttack(options), task(small, norm));
    a.points.data.forEach((value, i) => {
      expect(b.points.data[i]).toBeCloseTo(value, 5);
    });
  });
});

test("several models, momentum and L1 take single steps", async () => {
  const model = await mlp(2, "float32");
  const calls = async (each: AttackTask, options = { steps: 5, stepSize: 0.2, momentum: 0 }) =>
    (await bothWays(each, options)).calls;
  expect(await calls(task(model, l1))).toBe(0);
  expect(await calls(task(model, l2, { models: [model, model] }))).toBe(0);
  expect(await calls(task(model, l2), { steps: 5, stepSize: 0.2, momentum: 0.5 })).toBe(0);
  expect(await calls(task(model, l2))).toBe(1);
});
