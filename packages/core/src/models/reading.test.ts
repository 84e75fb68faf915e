// Files of other tools: which output is taken for scores, what it holds, what stands in front.

import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import { InputError } from "../errors.ts";
import type { Graph, Node, ValueInfo } from "../onnx/graph.ts";
import { writeModel } from "../onnx/proto.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { type Model, modelFromBytes } from "./model.ts";
import { normalizedModel } from "./normalized.ts";
import { openModel } from "./open.ts";
import { runtimeFrom } from "./runtime.ts";

const runtime = runtimeFrom(ort);
const weights = tensor("float32", [3, 2], [1, -2, 0.5, -1.5, 1, 1]);
const column = tensor("float32", [3, 1], [1, -2, 0.5]);
const x = tensor("float32", [2, 3], [0.1, 0.7, -0.4, 1, 0.2, 0.3]);

const node = (op: string, inputs: readonly string[], output: string, attributes = {}): Node => ({
  op,
  domain: "",
  name: output,
  inputs,
  outputs: [output],
  attributes,
});
const float = (name: string, ...shape: readonly (number | string)[]): ValueInfo => ({ name, type: "float32", shape });

function file(nodes: readonly Node[], outputs: readonly ValueInfo[], input = float("x", "N", 3)): Model {
  const graph: Graph = {
    name: "g",
    inputs: [input],
    outputs,
    initializers: new Map<string, Tensor>([
      ["w", weights],
      ["c", column],
    ]),
    nodes,
  };
  return modelFromBytes(writeModel({ graph, opsets: { "": 18 }, metadata: {}, producer: "test" }));
}

async function scoresOf(model: Model, rows: Tensor = x): Promise<number[]> {
  const opened = await openModel(runtime, model);
  const { data } = await opened.scores(rows);
  await opened.close();
  return Array.from(data);
}

describe("scores", () => {
  const logits = node("MatMul", ["x", "w"], "logits");
  const features = node("Relu", ["x"], "embedding");

  test("the output named so is taken, not the first", () => {
    const model = file([features, logits], [float("embedding", "N", 3), float("logits", "N", 2)]);
    expect(model.scores).toBe("logits");
    expect(model.probabilities).toBe(false);
    expect(model.onnx?.graph.nodes.map(({ op }) => op)).toEqual(["MatMul"]);
  });

  test("a softmax makes probabilities, whatever the output is called", () => {
    const model = file([logits, node("Softmax", ["logits"], "y", { axis: { int: 1 } })], [float("y", "N", 2)]);
    expect(model.probabilities).toBe(true);
  });

  test("gradients of saturated probabilities are those of the logits in front, and not zero", async () => {
    const far = node("Mul", ["logits", "logits"], "square");
    const steep = [logits, far, node("Mul", ["square", "square"], "big"), node("Softmax", ["big"], "y")];
    const opened = await openModel(runtime, file(steep, [float("y", "N", 2)]));
    const rows = tensor("float32", [1, 3], [5, -5, 2]);
    const { scores, gradient } = await opened.differentiable!.inputGradient("margin", rows, Int32Array.of(0));
    expect(Array.from(scores.data).sort()).toEqual([0, 1]);
    expect(Math.hypot(...gradient.data)).toBeGreaterThan(1);
    await opened.close();
  });

  test("one sigmoid becomes probabilities of both classes, with the gradient of the score in front", async () => {
    const model = file([node("MatMul", ["x", "c"], "s"), node("Sigmoid", ["s"], "dense")], [float("dense", "N", 1)]);
    expect(model.probabilities).toBe(true);
    const scores = await scoresOf(model);
    for (let i = 0; i < 2; i++) {
      const s = [0, 1, 2].reduce((sum, j) => sum + x.data[3 * i + j] * column.data[j], 0);
      expect(scores[2 * i + 1]).toBeCloseTo(1 / (1 + Math.exp(-s)), 6);
      expect(scores[2 * i]).toBeCloseTo(1 - scores[2 * i + 1], 6);
    }
    const opened = await openModel(runtime, model);
    const { gradient } = await opened.differentiable!.inputGradient("margin", x, Int32Array.of(0, 1));
    expect(Array.from(gradient.data)).toEqual([1, -2, 0.5, -1, 2, -0.5]);
    await opened.close();
  });

  test("one column of something else is no score", async () => {
    const model = file([node("MatMul", ["x", "c"], "price")], [float("price", "N", 1)]);
    await expect(openModel(runtime, model)).rejects.toThrow(/expected scores of shape \[N, K\], for 2 classes or more/);
  });
});

describe("normalisation", () => {
  const logits = node("MatMul", ["x", "w"], "logits");
  const model = file([logits], [float("logits", "N", 2)]);

  test("the model behind it gives the scores of normalised rows, and gradients in the user's units", async () => {
    const normalization = { mean: [0.5, 0, -1], deviation: [2, 4, 0.5] };
    const rows = {
      ...x,
      data: x.data.map((value, i) => value * normalization.deviation[i % 3] + normalization.mean[i % 3]),
    };
    const changed = normalizedModel(model, normalization);
    const expected = await scoresOf(model);
    (await scoresOf(changed, rows)).forEach((score, i) => {
      expect(score).toBeCloseTo(expected[i], 5);
    });
    const [opened, before] = [await openModel(runtime, changed), await openModel(runtime, model)];
    const labels = Int32Array.of(0, 1);
    const own = (await opened.differentiable!.inputGradient("crossEntropy", rows, labels)).gradient;
    const theirs = (await before.differentiable!.inputGradient("crossEntropy", x, labels)).gradient;
    own.data.forEach((value, i) => {
      expect(value * normalization.deviation[i % 3]).toBeCloseTo(theirs.data[i], 5);
    });
    await opened.close();
    await before.close();
  });

  test.each([
    ["channels first", float("x", "N", 3, 2, 2)],
    ["channels last", float("x", "N", 2, 2, 3)],
  ])("numbers per channel of images, %s", async (layout, input) => {
    const flat = node("Flatten", ["x"], "logits", { axis: { int: 1 } });
    const image = tensor(
      "float32",
      [1, ...(input.shape!.slice(1) as number[])],
      Array.from({ length: 12 }, () => 7),
    );
    const changed = normalizedModel(file([flat], [float("logits", "N", 12)], input), {
      mean: [1, 3, 5],
      deviation: [2, 1, 4],
    });
    const perChannel = [3, 4, 0.5];
    const channelOf = (i: number) => (layout === "channels first" ? Math.floor(i / 4) : i % 3);
    expect(await scoresOf(changed, image)).toEqual(Array.from({ length: 12 }, (_, i) => perChannel[channelOf(i)]));
  });

  test("numbers that fit no axis, and deviations of zero, are told", () => {
    expect(() => normalizedModel(model, { mean: [1, 2], deviation: [1, 2] })).toThrow(InputError);
    expect(() => normalizedModel(model, { mean: [0], deviation: [0] })).toThrow(/positive deviations/);
  });
});
