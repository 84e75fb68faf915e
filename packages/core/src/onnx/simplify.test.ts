import { describe, expect, test } from "vitest";
import { evaluate } from "../../test/reference/evaluate.ts";
import type { Value } from "../../test/reference/value.ts";
import { sizeOf, tensor } from "../tensor.ts";
import { GraphBuilder } from "./builder.ts";
import { differentiate } from "./differentiate.ts";
import type { Graph } from "./graph.ts";
import { simplify } from "./simplify.ts";

const value = (shape: readonly number[], seed: number): Value => {
  const data = Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(seed + 1.7 * i));
  return { type: "float64", shape, data };
};

interface Shape {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly attributes: Readonly<Record<string, readonly number[]>>;
  readonly group?: number;
}

/** The weight gradient of sum(conv(x, w)^3), and its derivative by x, w and a direction. */
function graphsOf({ x, w, attributes, group = 1 }: Shape): { readonly first: Graph; readonly second: Graph } {
  const g = new GraphBuilder();
  g.input("x", "float64", ["N", ...x.slice(1)]);
  g.input("w", "float64", w);
  const ints = Object.fromEntries(Object.entries(attributes).map(([name, list]) => [name, { ints: list }]));
  const y = g.node("Conv", ["x", "w"], { ...ints, group: { int: group } });
  g.output(g.node("ReduceSum", [g.node("Mul", [y, g.node("Mul", [y, y])])], { keepdims: { int: 0 } }), "loss");
  const first = differentiate(g.graph(), { of: "loss", by: "w", keep: [] });
  const h = GraphBuilder.from(first);
  h.input("v", "float64", w);
  h.output(h.node("ReduceSum", [h.node("Mul", ["dloss/dw", "v"])], { keepdims: { int: 0 } }), "along");
  return { first, second: differentiate(h.graph(), { of: "along", by: ["x", "w", "v"], keep: [] }) };
}

const count = (graph: Graph, op: string) => graph.nodes.filter((node) => node.op === op).length;

describe("a simplified graph", () => {
  test.each<[string, Shape]>([
    ["stride 2 that leaves a row over", { x: [3, 8, 8, 8], w: [2, 8, 3, 3], attributes: { strides: [2, 2] } }],
    ["margins", { x: [2, 9, 5, 6], w: [3, 9, 3, 3], attributes: { pads: [1, 0, 2, 1] } }],
    ["dilation", { x: [2, 8, 9, 9], w: [2, 8, 2, 2], attributes: { dilations: [3, 2], strides: [2, 1] } }],
    ["few channels", { x: [3, 3, 7, 8], w: [2, 3, 3, 2], attributes: { strides: [2, 1], pads: [1, 0, 0, 1] } }],
    ["one axis", { x: [2, 8, 12], w: [2, 8, 3], attributes: { strides: [2] } }],
  ])("computes the same: %s", (_, shape) => {
    const { first, second } = graphsOf(shape);
    const feeds = { x: value(shape.x, 1), w: value(shape.w, 2), v: value(shape.w, 3) };
    for (const graph of [first, second]) {
      const simple = simplify(graph);
      const [expected, got] = [evaluate(graph, feeds), evaluate(simple, feeds)];
      expect(Object.keys(got)).toEqual(Object.keys(expected));
      for (const [name, { shape: dims, data }] of Object.entries(expected)) {
        expect(got[name].shape).toEqual(dims);
        const scale = Math.max(...data.map(Math.abs));
        for (const [i, each] of data.entries()) expect(Math.abs(got[name].data[i] - each)).toBeLessThan(1e-11 * scale);
      }
    }
    expect(count(first, "Conv")).toBe(2);
    expect(count(simplify(first), "Conv")).toBe(0);
    // Where channels are few, one product for the convolution and one for its gradient.
    expect(count(simplify(first), "Gemm")).toBe(shape.x[1] < 8 ? 2 : 2 * sizeOf(shape.w.slice(2)));
  });

  test("computes the same where activations lie between convolutions, and where channels are few", () => {
    const g = new GraphBuilder();
    g.input("x", "float64", ["N", 2, 9, 8]);
    for (const [name, shape] of Object.entries({ v: [8, 2, 3, 2], a: [8], w: [3, 8, 3, 3], b: [3] })) {
      g.input(name, "float64", shape);
    }
    const first = g.node("Relu", [g.node("Conv", ["x", "v", "a"])]);
    const second = g.node("Relu", [g.node("Conv", [first, "w", "b"])]);
    const flat = g.node("Flatten", [second]);
    g.output(g.node("ReduceSum", [g.node("Mul", [flat, flat])], { keepdims: { int: 0 } }), "loss");
    const graph = differentiate(g.graph(), { of: "loss", by: ["x", "v", "a", "w", "b"] });
    const feeds = Object.fromEntries(
      g.graph().inputs.map(({ name, shape }, i) => [
        name,
        value(
          shape!.map((dim) => (dim === "N" ? 3 : Number(dim))),
          i,
        ),
      ]),
    );
    const [expected, got] = [evaluate(graph, feeds), evaluate(simplify(graph), feeds)];
    for (const [name, { shape, data }] of Object.entries(expected)) {
      expect(got[name].shape).toEqual(shape);
      const scale = Math.max(...data.map(Math.abs));
      expect(scale).toBeGreaterThan(0);
      for (const [i, each] of data.entries()) expect(Math.abs(got[name].data[i] - each)).toBeLessThan(1e-11 * scale);
    }
    expect(count(graph, "Conv") + count(graph, "ConvTranspose")).toBe(6);
    // Left: the gradient by the input of a convolution of few channels.
    expect(count(simplify(graph), "Conv") + count(simplify(graph), "ConvTranspose")).toBe(1);
  });

  test("is the same graph where nothing pays: groups, constant kernels", () => {
    const { first } = graphsOf({ x: [2, 4, 6, 6], w: [2, 2, 3, 3], attributes: {}, group: 2 });
    expect(simplify(first).nodes).toEqual(first.nodes);
    const g = new GraphBuilder();
    g.input("x", "float64", ["N", 8, 6, 6]);
    const w = g.constant(tensor("float64", [2, 8, 3, 3], new Float64Array(144)));
    g.output(g.node("Conv", ["x", w]), "y");
    expect(simplify(g.graph()).nodes).toEqual(g.graph().nodes);
  });

  test("keeps names of values that are added later from being used twice", () => {
    const { second } = graphsOf({ x: [2, 8, 6, 6], w: [2, 8, 3, 3], attributes: {} });
    const names = simplify(second).nodes.flatMap((node) => node.outputs);
    expect(new Set(names).size).toBe(names.length);
  });
});
