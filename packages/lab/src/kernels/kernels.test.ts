// Every operator that the core differentiates, held against the core's reference: each of its cases, and random layers,
// with their gradients and those gradients' own.

import { tensor } from "@carom/core";
import { modelOf, operators } from "@carom/core/onnx";
import { expect, test } from "vitest";
import { algebraCases } from "../../../core/test/gradients/cases/algebra.ts";
import { elementwiseCases } from "../../../core/test/gradients/cases/elementwise.ts";
import { movementCases } from "../../../core/test/gradients/cases/movement.ts";
import { reductionCases } from "../../../core/test/gradients/cases/reduction.ts";
import { draw, type GradientCase, graphsOf } from "../../../core/test/gradients/check.ts";
import { families, layerOf } from "../../../core/test/gradients/layers.ts";
import { evaluate } from "../../../core/test/reference/evaluate.ts";
import { kernelRuntime, kernels } from "./runtime.ts";

const runtime = kernelRuntime();

/** The largest distance of an output from the reference's, relative to its norm, or to 1 where that is larger. */
async function distanceFromReference(layer: GradientCase, seed: number): Promise<number> {
  const { second } = graphsOf(layer, "float32");
  const feeds = draw(second, layer, seed, 0);
  const expected = evaluate(second, feeds);
  const session = await runtime.compile(modelOf(second));
  const got = await session.run(
    Object.fromEntries(
      Object.entries(feeds).map(([name, { shape, data }]) => [name, tensor("float32", shape, data)] as const),
    ),
  );
  return Math.max(
    ...Object.entries(expected).map(([name, { shape, data }]) => {
      expect([layer.name, name, got[name].shape]).toEqual([layer.name, name, shape]);
      const numbers = Array.from(got[name].data as ArrayLike<number>, Number);
      return Math.hypot(...data.map((value, i) => value - numbers[i])) / Math.max(1, Math.hypot(...data));
    }),
  );
}

test("there is a kernel of every operator that the core can differentiate", () => {
  const lacking = Object.keys(operators).filter((op) => op !== "Constant" && !(op in kernels));
  expect(lacking).toEqual([]);
});

test.each([...algebraCases, ...elementwiseCases, ...movementCases, ...reductionCases])(
  "$name: value, gradient and Hessian-vector product",
  async (layer) => {
    expect(await distanceFromReference(layer, 1)).toBeLessThan(1e-4);
  },
);

test.each(Object.keys(families))("random layers of the family %s", async (family) => {
  for (let i = 0; i < 25; i++) {
    const layer = layerOf(family, 7, i, 60);
    expect(await distanceFromReference(layer, 7), layer.name).toBeLessThan(1e-4);
  }
});

test("what is not finite stays so beside zeros", async () => {
  const { second } = graphsOf(
    {
      op: "MatMul",
      name: "product",
      inputs: { a: [2, 2], b: [2, 2] },
      build: (g) => g.node("MatMul", ["a", "b"]),
    },
    "float32",
  );
  const session = await runtime.compile(modelOf({ ...second, outputs: [second.outputs[1]] }));
  const [a, b] = [tensor("float32", [2, 2], [0, 1, 1, 0]), tensor("float32", [2, 2], [Number.NaN, 1, 2, 3])];
  const { [second.outputs[1].name]: product } = await session.run({ a, b });
  expect([...(product.data as Float32Array)]).toEqual([Number.NaN, 3, Number.NaN, 1]);
});
