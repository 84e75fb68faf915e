import { expect, test } from "vitest";
import { evaluate } from "../../../test/reference/evaluate.ts";
import { sizeOf, tensor } from "../../tensor.ts";
import { GraphBuilder } from "../builder.ts";
import type { Attributes } from "../graph.ts";
import { mirroredKernels } from "./mirroredKernels.ts";

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
