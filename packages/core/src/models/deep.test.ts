// Models of many nodes: refused a gradient where the runtime would take too long to prepare it, and attacked a step at
// a time.

import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { MAX_GRADIENT_NODES } from "../onnx/limits.ts";
import { tensor } from "../tensor.ts";
import { type Model, modelFromGraph } from "./model.ts";
import { openModel } from "./open.ts";
import { type Runtime, runtimeFrom } from "./runtime.ts";

/** Scores of rows of 3 after so many functions that leave positive numbers as they are. */
function chain(length: number): Model {
  const g = new GraphBuilder();
  let last = g.input("x", "float32", ["N", 3]);
  for (let i = 0; i < length; i++) last = g.node("Relu", [last]);
  const hidden = g.node("Tanh", [
    g.node("MatMul", [last, g.initializer("v", tensor("float32", [3, 2], [1, -2, 0.5, 1, -1, 3]))]),
  ]);
  g.output(g.node("MatMul", [hidden, g.initializer("w", tensor("float32", [2, 2], [1, -1, 2, 0.5]))]), "scores");
  return modelFromGraph({ ...modelOf(g.graph()), metadata: { scores: "logits" } });
}

const runtime = runtimeFrom(ort);
const x = tensor("float32", [2, 3], [0.1, 0.7, 0.4, 0.9, 0.2, 0.5]);

test("the gradient of a chain too long is none, told with its size, and its scores are those of a short one", async () => {
  const short = await openModel(runtime, chain(1));
  // Four nodes for each of the chain: itself, and three for its gradient.
  const long = await openModel(runtime, chain(MAX_GRADIENT_NODES / 4));
  expect(short.differentiable).toBeDefined();
  expect(long.differentiable).toBeUndefined();
  const [, most, got] = /at most (\d+) nodes, got one of (\d+),/.exec(long.notDifferentiable!)!.map(Number);
  expect(most).toBe(MAX_GRADIENT_NODES);
  expect(got).toBeGreaterThan(MAX_GRADIENT_NODES);
  expect((await long.scores(x)).data).toEqual((await short.scores(x)).data);
  for (const opened of [short, long]) await opened.close();
});

test("steps of an ascent end at the same points, however many of them are in a graph, or beside it", async () => {
  const seen: number[] = [];
  const within = (nodes: number, beside: boolean): Runtime => ({
    ...runtime,
    limits: { ...runtime.limits, ascent: { ...runtime.limits.ascent, nodes, beside } },
    compile(model) {
      if (!(model instanceof Uint8Array)) seen.push(model.graph.nodes.length);
      return runtime.compile(model);
    },
  });
  const ascended = async (nodes: number, beside = false) => {
    const opened = await openModel(within(nodes, beside), chain(20));
    const moves = new Float32Array(6);
    seen.length = 0;
    const { moved } = await opened.differentiable!.ascend!({
      ...{ norm: "l2", steps: 10, length: 0.3, moves, origin: x.data as Float32Array },
      labels: Int32Array.of(0, 1),
      budgets: Float64Array.of(0.2, 0.05),
      lower: new Float32Array(6).fill(-1),
      upper: new Float32Array(6).fill(1),
    });
    await opened.close();
    return { moves: moved, nodes: seen[0] };
  };
  const [single, few, many] = [await ascended(1), await ascended(250), await ascended(1e6)];
  expect(single.nodes).toBeLessThan(few.nodes);
  expect(few.nodes).toBeLessThan(many.nodes);
  const length = Math.hypot(...single.moves.subarray(0, 3));
  expect(length).toBeCloseTo(1, 5);
  for (const { moves } of [few, many, await ascended(1, true)])
    moves.forEach((move, i) => {
      expect(move).toBeCloseTo(single.moves[i], 5);
    });
});
