// At kinks the rules choose a subgradient. These are the choices, computed by the runtime itself.

import { expect, test } from "vitest";
import { run } from "../../../test/runtime.ts";
import { tensor } from "../../tensor.ts";
import { GraphBuilder } from "../builder.ts";
import { differentiate, gradientName } from "../differentiate.ts";

/** The gradient of the sum of what `build` makes of x, at the numbers given. */
async function gradientAt(
  shape: readonly number[],
  data: readonly number[],
  build: (g: GraphBuilder) => string,
): Promise<readonly number[]> {
  const g = new GraphBuilder();
  g.input("x", "float32", shape);
  g.output(build(g), "y");
  const graph = differentiate(g.graph(), { of: "y", by: "x" });
  return (await run(graph, { x: { type: "float32", shape, data } }))[gradientName("y", "x")].data;
}

test("Relu and Abs have slope 0 at 0", async () => {
  expect(await gradientAt([3], [-1, 0, 2], (g) => g.node("Relu", ["x"]))).toEqual([0, 0, 1]);
  expect(await gradientAt([3], [-1, 0, 2], (g) => g.node("Abs", ["x"]))).toEqual([-1, 0, 1]);
});

test("Clip has slope 1 on its bounds", async () => {
  const clip = (g: GraphBuilder) => g.node("Clip", ["x", g.scalar(0, "x"), g.scalar(1, "x")]);
  expect(await gradientAt([4], [-1, 0, 1, 2], clip)).toEqual([0, 1, 1, 0]);
});

test("ReduceMax, ReduceMin and GlobalMaxPool share evenly among equal elements", async () => {
  expect(await gradientAt([2, 3], [1, 3, 3, 5, 4, 0], (g) => g.node("ReduceMax", ["x", g.ints([1])]))).toEqual([
    0, 0.5, 0.5, 1, 0, 0,
  ]);
  expect(
    await gradientAt(
      [4],
      [1, 1, 2, 1].map((x) => 2 * x),
      (g) => g.node("ReduceMin", ["x"]),
    ).then((d) => d.map((x) => Math.round(3 * x))),
  ).toEqual([1, 1, 0, 1]);
  expect(await gradientAt([1, 1, 4], [2, 7, 7, 1], (g) => g.node("GlobalMaxPool", ["x"]))).toEqual([0, 0.5, 0.5, 0]);
});

test("Max shares evenly among equal inputs", async () => {
  const against = (g: GraphBuilder) => g.node("Max", ["x", g.constant(tensor("float32", [3], [0, 1, 2]))]);
  expect(await gradientAt([3], [1, 1, 1], against)).toEqual([1, 0.5, 0]);
});

test("MaxPool gives all to the element that the runtime picks, and every window its own share", async () => {
  const pool = (g: GraphBuilder) => g.node("MaxPool", ["x"], { kernel_shape: { ints: [2] } });
  const gradient = await gradientAt([1, 1, 4], [1, 5, 5, 1], pool);
  expect(gradient.reduce((sum, each) => sum + each, 0)).toBe(3);
  expect([gradient[0], gradient[3]]).toEqual([0, 0]);
  expect(gradient.every(Number.isInteger)).toBe(true);
});

test("ReduceL2 has slope 0 at the origin", async () => {
  expect(await gradientAt([2, 2], [0, 0, 3, 4], (g) => g.node("ReduceL2", ["x", g.ints([1])]))).toEqual([
    0,
    0,
    Math.fround(0.6),
    Math.fround(0.8),
  ]);
});

test("powers have their derivatives at 0, the second one too", async () => {
  for (const [exponent, expected] of [
    [1, [1, 0]],
    [2, [0, 2]],
    [3, [0, 0]],
  ] as const) {
    const g = new GraphBuilder();
    g.input("x", "float32", [1]);
    g.output(g.node("Pow", ["x", g.scalar(exponent, "x")]), "y");
    const first = differentiate(g.graph(), { of: "y", by: "x" });
    const second = differentiate(first, { of: gradientName("y", "x"), by: "x" });
    const values = await run(second, { x: { type: "float32", shape: [1], data: [0] } });
    const names = [gradientName("y", "x"), gradientName(gradientName("y", "x"), "x")];
    expect(names.map((name) => values[name].data[0])).toEqual(expected);
  }
});

test("gathered and scattered gradients stay finite where the value is infinite", async () => {
  const gather = (g: GraphBuilder) => g.node("Gather", ["x", g.ints([2, 2])]);
  expect(await gradientAt([3], [Number.POSITIVE_INFINITY, 0, 1], gather)).toEqual([0, 0, 2]);
});
