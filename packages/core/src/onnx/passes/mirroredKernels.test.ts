import { describe, expect, test } from "vitest";
import { runtime } from "../../../test/linearWorld.ts";
import { evaluate } from "../../../test/reference/evaluate.ts";
import { sizeOf, tensor } from "../../tensor.ts";
import { GraphBuilder, modelOf } from "../builder.ts";
import type { Attributes } from "../graph.ts";
import { mirroredKernels, mirroredWherePaid } from "./mirroredKernels.ts";

const numbers = (shape: readonly number[], seed: number) =>
  Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(seed + 1.7 * i));
const list = (...ints: readonly number[]) => ({ ints });

function transposed(x: readonly number[], w: readonly number[], attributes: Attributes) {
  const g = new GraphBuilder();
  g.input("x", "float64", ["N", ...x.slice(1)]);
  const weights = g.initializer("w", tensor("float64", w, numbers(w, 2)));
  g.output(g.node("ConvTranspose", ["x", weights], attributes), "y");
  return g.graph();
}

test.each<[string, readonly number[], readonly number[], Attributes]>([
  ["images", [2, 3, 4, 5], [3, 2, 3, 2], {}],
  ["margins", [2, 3, 4, 5], [3, 2, 3, 3], { pads: list(1, 0, 2, 1) }],
  ["dilation", [2, 2, 4, 4], [2, 3, 2, 3], { dilations: list(2, 1), pads: list(1, 1, 0, 0) }],
  ["groups", [2, 4, 5], [4, 3, 3], { group: { int: 2 }, pads: list(1, 1) }],
  ["each channel by itself", [2, 3, 4, 4], [3, 1, 3, 3], { group: { int: 3 } }],
  ["rows that output_padding adds", [2, 2, 4], [2, 2, 3], { dilations: list(2), output_padding: list(1) }],
])("a convolution gives the same: %s", (_, x, w, attributes) => {
  const graph = transposed(x, w, attributes);
  const changed = mirroredKernels(graph);
  expect(changed.nodes.map(({ op }) => op)).toEqual(["Conv", "Identity"]);
  const feeds = { x: { type: "float64", shape: x, data: numbers(x, 1) } } as const;
  const [{ y: expected }, { y }] = [evaluate(graph, feeds), evaluate(changed, feeds)];
  expect(y.shape).toEqual(expected.shape);
  y.data.forEach((each, i) => {
    expect(each).toBeCloseTo(expected.data[i], 12);
  });
});

test.each<[string, Attributes]>([
  ["a stride", { strides: list(2, 1) }],
  ["more margin than the kernel reaches", { pads: list(3, 0, 0, 0) }],
])("%s leaves the transposed convolution as it is", (_, attributes) => {
  const graph = transposed([2, 3, 6, 5], [3, 2, 3, 2], attributes);
  expect(mirroredKernels(graph).nodes).toEqual(graph.nodes);
});

test("a kernel that is computed is left as it is", () => {
  const g = new GraphBuilder();
  g.input("x", "float64", ["N", 2, 4]);
  g.input("w", "float64", [2, 2, 3]);
  g.output(g.node("ConvTranspose", ["x", "w"]), "y");
  expect(mirroredKernels(g.graph()).nodes).toEqual(g.graph().nodes);
});

describe("on a processor", () => {
  /**
   * What becomes of the transpose by random float32 weights of images of a side, margins cut off, and both graphs'
   * results.
   */
  async function mirroredOnProcessor(channels: number, filters: number, side: number, kernel: number, margin: number) {
    const numbersOf = (shape: readonly number[], seed: number) =>
      tensor("float32", shape, Float32Array.from(numbers(shape, seed)));
    const g = new GraphBuilder();
    g.input("x", "float32", ["N", channels, side, side]);
    const weights = g.initializer("w", numbersOf([channels, filters, kernel, kernel], 2));
    g.output(g.node("ConvTranspose", ["x", weights], { pads: list(margin, margin, margin, margin) }), "y");
    const graphs = [g.graph(), mirroredWherePaid(g.graph())];
    const x = numbersOf([3, channels, side, side], 1);
    const results = await Promise.all(
      graphs.map(async (graph) => (await (await runtime.compile(modelOf(graph))).run({ x })).y.data as Float32Array),
    );
    return { op: graphs[1].nodes[0].op, results };
  }

  test.each([
    ["a block of channels, margins as wide", 16, 16, 9, 3, 1, "Conv"],
    ["half a block of channels", 16, 8, 9, 3, 1, "ConvTranspose"],
    ["the one channel of grey images", 16, 1, 12, 5, 0, "ConvTranspose"],
    ["margins wider than the image", 16, 16, 5, 4, 0, "ConvTranspose"],
    ["a kernel larger than the image", 16, 16, 2, 3, 0, "Conv"],
  ])(
    "%s: the convolution is taken where it does less than twice the work",
    async (_, c, f, side, kernel, margin, op) => {
      const { op: taken, results } = await mirroredOnProcessor(c, f, side, kernel, margin);
      expect(taken).toBe(op);
      const [expected, found] = results;
      expect(found.length).toBe(expected.length);
      found.forEach((each, i) => {
        expect(Math.abs(each - expected[i])).toBeLessThan(1e-4);
      });
    },
  );
});
