// Gradients and Hessian-vector products of three networks against PyTorch 1.13 in float64: fixtures/onnx/make.py.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { addLoss } from "../../src/models/losses.ts";
import { GraphBuilder } from "../../src/onnx/builder.ts";
import { differentiate, gradientName } from "../../src/onnx/differentiate.ts";
import type { Graph } from "../../src/onnx/graph.ts";
import { simplify } from "../../src/onnx/simplify.ts";
import { sizeOf, tensor } from "../../src/tensor.ts";
import type { Value } from "../reference/value.ts";
import { run } from "../runtime.ts";

interface Summary {
  norm: number;
  projections: number[];
  entries: number[];
}

interface Golden {
  loss: number;
  gradients: Record<string, Summary>;
  hessianVectorProducts: Record<string, Summary>;
}

const file = new URL("../../../../fixtures/onnx/gradients.golden.json", import.meta.url);
const golden: Record<string, Golden> = JSON.parse(readFileSync(file, "utf8")).networks;

/** The formula of make.py: numbers in [-1, 1). All products stay below 2^53. */
function pattern(size: number, key: number): number[] {
  return Array.from({ length: size }, (_, i) => ((7919 * i * i + 4729 * i + 1013 * key) % 10007) * (2 / 10007) - 1);
}

function filled(shape: readonly number[], key: number, scale: number): Value {
  return { type: "float32", shape, data: pattern(sizeOf(shape), key).map((value) => Math.fround(value * scale)) };
}

interface Network {
  readonly input: readonly number[];
  readonly classes: number;
  /** Parameters in PyTorch's order, with their shapes there. */
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  /** Running means and variances: the number of channels of each normalization, in order. */
  readonly statistics?: Readonly<Record<string, number>>;
  forward(g: GraphBuilder, x: string): string;
}

const dense = (g: GraphBuilder, x: string, name: string) =>
  g.node("Gemm", [x, `${name}.weight`, `${name}.bias`], { transB: { int: 1 } });

const conv = (g: GraphBuilder, x: string, name: string, stride: number, pad: number) =>
  g.node("Conv", [x, `${name}.weight`, `${name}.bias`], {
    strides: { ints: [stride, stride] },
    pads: { ints: [pad, pad, pad, pad] },
  });

const normalized = (g: GraphBuilder, x: string, name: string) =>
  g.node(
    "BatchNormalization",
    ["", "weight", "bias", "running_mean", "running_var"].map((part) => (part ? `${name}.${part}` : x)),
  );

const networks: Record<string, Network> = {
  mlp: {
    input: [5, 12],
    classes: 3,
    parameters: {
      "0.weight": [9, 12],
      "0.bias": [9],
      "2.weight": [7, 9],
      "2.bias": [7],
      "4.weight": [3, 7],
      "4.bias": [3],
    },
    forward: (g, x) => ["2", "4"].reduce((h, name) => dense(g, g.node("Relu", [h]), name), dense(g, x, "0")),
  },
  cnn: {
    input: [4, 1, 28, 28],
    classes: 2,
    parameters: {
      "0.weight": [64, 1, 5, 5],
      "0.bias": [64],
      "2.weight": [64, 64, 3, 3],
      "2.bias": [64],
      "4.weight": [64, 64, 3, 3],
      "4.bias": [64],
      "7.weight": [32, 576],
      "7.bias": [32],
      "9.weight": [2, 32],
      "9.bias": [2],
    },
    forward(g, x) {
      const a = g.node("Relu", [conv(g, x, "0", 2, 0)]);
      const b = g.node("Relu", [conv(g, a, "2", 2, 0)]);
      const c = g.node("Relu", [conv(g, b, "4", 1, 0)]);
      return dense(g, g.node("Relu", [dense(g, g.node("Flatten", [c]), "7")]), "9");
    },
  },
  residual: {
    input: [4, 2, 8, 8],
    classes: 3,
    parameters: {
      "conv1.weight": [4, 2, 3, 3],
      "conv1.bias": [4],
      "norm1.weight": [4],
      "norm1.bias": [4],
      "conv2.weight": [4, 4, 3, 3],
      "conv2.bias": [4],
      "norm2.weight": [4],
      "norm2.bias": [4],
      "conv3.weight": [6, 4, 3, 3],
      "conv3.bias": [6],
      "norm3.weight": [6],
      "norm3.bias": [6],
      "short.weight": [6, 4, 1, 1],
      "short.bias": [6],
      "dense.weight": [3, 6],
      "dense.bias": [3],
    },
    statistics: { norm1: 4, norm2: 4, norm3: 6 },
    forward(g, x) {
      const a = g.node("Relu", [normalized(g, conv(g, x, "conv1", 1, 1), "norm1")]);
      const b = g.node("Relu", [g.node("Add", [normalized(g, conv(g, a, "conv2", 1, 1), "norm2"), a])]);
      const wide = normalized(g, conv(g, b, "conv3", 2, 1), "norm3");
      const c = g.node("Relu", [g.node("Add", [wide, conv(g, b, "short", 2, 0)])]);
      return dense(g, g.node("Flatten", [g.node("GlobalAveragePool", [c])]), "dense");
    },
  },
};

/** The loss with its gradient by the input and all parameters, or that gradient's derivative along a direction. */
function graphsOf({ input, parameters, statistics = {}, forward }: Network) {
  const g = new GraphBuilder();
  const x = g.input("x", "float32", ["N", ...input.slice(1)]);
  const label = g.input("label", "int32", ["N"]);
  Object.entries(parameters).forEach(([name, shape], i) => {
    const inputs = shape.length > 1 ? sizeOf(shape.slice(1)) : 4;
    const { data } = filled(shape, i + 1, 1.7 / Math.sqrt(inputs));
    g.initializer(name, tensor("float32", shape, data));
  });
  // PyTorch lists three buffers per normalization: mean, variance and a counter.
  Object.entries(statistics).forEach(([name, channels], i) => {
    const mean = filled([channels], 501 + 3 * i, 0.5).data;
    const spread = filled([channels], 502 + 3 * i, 0.5).data;
    g.initializer(`${name}.running_mean`, tensor("float32", [channels], mean));
    g.initializer(
      `${name}.running_var`,
      tensor(
        "float32",
        [channels],
        spread.map((value) => value + 1),
      ),
    );
  });
  const losses = addLoss(g, "crossEntropy", { scores: forward(g, x) }, label);
  g.output(g.node("ReduceMean", [losses], { keepdims: { int: 0 } }), "loss");
  const names = Object.keys(parameters);
  const first = differentiate(g.graph(), { of: "loss", by: ["x", ...names] });

  const h = GraphBuilder.from(first);
  const terms = names.map((name, i) => {
    const direction = h.constant(tensor("float32", parameters[name], filled(parameters[name], 700 + i, 1).data));
    return h.node("ReduceSum", [h.node("Mul", [gradientName("loss", name), direction])], { keepdims: { int: 0 } });
  });
  h.output(h.node("Sum", terms), "along");
  const second = differentiate(h.graph(), { of: "along", by: ["x", ...names], keep: ["loss"] });
  return { first, second };
}

const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/** The largest disagreement with a summary, relative to the norm of what it sums up. */
function disagreement({ data }: Value, expected: Summary): number {
  const errors = [norm(data) - expected.norm];
  expected.projections.forEach((projection, i) => {
    const direction = pattern(data.length, 1001 + i);
    const along = data.reduce((sum, value, j) => sum + value * direction[j], 0) / norm(direction);
    errors.push(along - projection);
  });
  expected.entries.forEach((entry, k) => {
    errors.push(data[(97 * k * k + 13 * k) % data.length] - entry);
  });
  return Math.max(...errors.map(Math.abs)) / expected.norm;
}

async function worst(network: Network, graph: Graph, of: string, expected: Readonly<Record<string, Summary>>) {
  const [n] = network.input;
  const results = await run(graph, {
    x: filled(network.input, 900, 1),
    label: { type: "int32", shape: [n], data: Array.from({ length: n }, (_, i) => i % network.classes) },
  });
  const errors = Object.entries(expected).map(([by, summary]) => disagreement(results[gradientName(of, by)], summary));
  return { loss: results.loss.data[0], error: Math.max(...errors) };
}

describe.each(Object.keys(networks))("%s as in PyTorch", (name) => {
  const network = networks[name];
  const expected = golden[name];
  const { first, second } = graphsOf(network);

  test("has every parameter that PyTorch has", () => {
    expect(["x", ...Object.keys(network.parameters)]).toEqual(Object.keys(expected.gradients));
  });

  test.each([
    ["as differentiated", (graph: Graph) => graph],
    ["simplified", simplify],
  ])("gradients to 1e-5 of their norm, Hessian-vector products too, %s", async (_, change) => {
    const gradients = await worst(network, change(first), "loss", expected.gradients);
    expect(gradients.loss).toBeCloseTo(expected.loss, 5);
    expect(gradients.error).toBeLessThan(1e-5);
    const products = await worst(network, change(second), "along", expected.hessianVectorProducts);
    expect(products.error).toBeLessThan(1e-5);
  });
});
