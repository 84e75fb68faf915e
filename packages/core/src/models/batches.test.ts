// A model whose file fixes its batch gives the numbers of the same model without that, whatever the number of rows.

import fc from "fast-check";
import { expect, test } from "vitest";
import { runtime } from "../../test/linearWorld.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { stream } from "../random.ts";
import { sliceRows, type Tensor, tensor } from "../tensor.ts";
import { inBatches } from "./batches.ts";
import { openHessian } from "./hessian.ts";
import { type Model, modelFromBytes, modelFromGraph } from "./model.ts";
import { openModel } from "./open.ts";

const D = 5;
const K = 3;

/**
 * A small network of smooth units on rows of 5 features; where `inside`, a Reshape fixes the batch and not the input.
 */
function network(rows: number | "N", inside = false): Model {
  const g = new GraphBuilder();
  const random = stream(7, "network");
  const weights = (shape: readonly number[]) =>
    g.constant(
      tensor(
        "float32",
        shape,
        Array.from({ length: shape[0] * (shape[1] ?? 1) }, () => random.normal()),
      ),
    );
  const x = g.input("x", "float32", [inside ? "N" : rows, D]);
  const shaped = inside ? g.node("Reshape", [x, g.ints([Number(rows), D])]) : x;
  const hidden = g.node("Tanh", [g.node("Gemm", [shaped, weights([D, 6]), weights([6])])]);
  g.output(g.node("Gemm", [hidden, weights([6, K]), weights([K])]), "scores");
  return modelFromBytes(modelFromGraph(modelOf(g.graph())).bytes);
}

const largestDifference = (a: Tensor, b: Tensor) => {
  expect(a.shape).toEqual(b.shape);
  return (a.data as Float32Array).reduce((most, value, i) => Math.max(most, Math.abs(value - Number(b.data[i]))), 0);
};

test("a row that a graph cannot compute alone has the scores and gradients that it has among others", () =>
  fc.assert(
    fc.asyncProperty(fc.constantFrom("scores", "hidden"), fc.integer({ min: 1, max: 4 }), async (where, n) => {
      const random = stream(n, "squeezed");
      const drawn = (shape: readonly number[]) =>
        tensor(
          "float32",
          shape,
          Array.from({ length: shape[0] * shape[1] }, () => random.normal()),
        );
      const g = new GraphBuilder();
      const x = g.input("x", "float32", ["N", D]);
      const squeezed = (value: string) => g.node("Squeeze", [g.node("Unsqueeze", [value, g.ints([2])])]);
      const hidden = g.node("Tanh", [g.node("MatMul", [x, g.constant(drawn([D, 6]))])]);
      // What has lost its axis of rows cannot be turned, and scores without it are none.
      const turned = (value: string) => g.node("Transpose", [value], { perm: { ints: [1, 0] } });
      const inner = where === "hidden" ? turned(turned(squeezed(hidden))) : hidden;
      const scores = g.node("MatMul", [inner, g.constant(drawn([6, K]))]);
      g.output(where === "scores" ? squeezed(scores) : scores, "scores");
      const opened = await openModel(runtime, modelFromBytes(modelFromGraph(modelOf(g.graph())).bytes));
      const [rows, labels] = [drawn([4, D]), Int32Array.of(0, 1, 2, 0)];
      const all = await opened.scores(rows);
      expect(largestDifference(await opened.scores(sliceRows(rows, 0, n)), sliceRows(all, 0, n))).toBeLessThan(1e-6);
      const gradients = await opened.differentiable!.inputGradient("margin", rows, labels);
      const some = await opened.differentiable!.inputGradient("margin", sliceRows(rows, 0, n), labels.slice(0, n));
      expect(largestDifference(some.gradient, sliceRows(gradients.gradient, 0, n))).toBeLessThan(1e-6);
      await opened.close();
    }),
    { numRuns: 10 },
  ));

test("scores, gradients, steps of ascent and second derivatives", async () => {
  const free = network("N");
  const opened = await openModel(runtime, free);
  const second = await openHessian(runtime, free, "crossEntropy");
  const cases = fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    inside: fc.boolean(),
    n: fc.integer({ min: 1, max: 20 }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, inside, n }) => {
      const random = stream(n, "rows", rows);
      const drawn = (shape: readonly number[]) =>
        tensor(
          "float32",
          shape,
          Array.from({ length: shape[0] * shape[1] }, () => random.normal()),
        );
      const [x, vectors] = [drawn([n, D]), drawn([n, D])];
      const labels = Int32Array.from({ length: n }, (_, i) => i % K);
      const fixed = network(rows, inside);
      const model = await openModel(runtime, fixed);
      expect(model.fixedBatch).toBe(rows);
      expect(largestDifference(await model.scores(x), await opened.scores(x))).toBeLessThan(1e-5);
      const of = (each: typeof model) => each.differentiable!.inputGradient("margin", x, labels);
      expect(largestDifference((await of(model)).gradient, (await of(opened)).gradient)).toBeLessThan(1e-5);
      const moved = async (each: typeof model) => {
        const filled = (length: number, value: number) => new Float32Array(length).fill(value);
        const moves = filled(n * D, 0);
        const bounds = { lower: filled(n * D, -9), upper: filled(n * D, 9) };
        const task = { norm: "l2", steps: 3, origin: x.data, labels, ...bounds } as const;
        const budgets = new Float64Array(n).fill(1);
        const { moved } = await each.differentiable!.ascend!({ ...task, moves, budgets, length: 0.3 });
        return tensor("float32", [n, D], moved.map((move, i) => x.data[i] + move) as unknown as number[]);
      };
      const [a, b] = [await moved(model), await moved(opened)];
      expect(largestDifference(a, b)).toBeLessThan(1e-4);
      expect(largestDifference(a, x)).toBeGreaterThan(0.1);
      const hessian = await openHessian(runtime, fixed, "crossEntropy");
      const [h, wanted] = [await hessian.multiply(x, labels, vectors), await second.multiply(x, labels, vectors)];
      expect(largestDifference(h, wanted)).toBeLessThan(1e-4);
      await Promise.all([model.close(), hessian.close()]);
    }),
    { numRuns: 12 },
  );
  await Promise.all([opened.close(), second.close()]);
});

test("every row is asked for once, in calls of the fixed size", async () => {
  const sizes: number[] = [];
  const x = tensor("float32", [7, 1], [0, 1, 2, 3, 4, 5, 6]);
  const [result] = await inBatches({ x }, { rows: 3, isFixed: true }, async (part) => {
    sizes.push(part.x.shape[0]);
    return [part.x];
  });
  expect(sizes).toEqual([3, 3, 3]);
  expect(Array.from(result.data, Number)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("calls whose sizes are to be few give the same rows, none of them larger than allowed", async () => {
  const sizes = new Set<number>();
  const double = async ({ x }: Readonly<Record<string, Tensor>>) => {
    sizes.add(x.shape[0]);
    return [{ ...x, data: (x.data as Float32Array).map((each) => 2 * each) } as Tensor];
  };
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 400 }), async (n) => {
      const x = tensor(
        "float32",
        [n, 1],
        Float32Array.from({ length: n }, (_, i) => i),
      );
      const [doubled] = await inBatches({ x }, { rows: 100, isFixed: false, isSteady: true }, double);
      expect(Array.from(doubled.data as Float32Array)).toEqual(Array.from({ length: n }, (_, i) => 2 * i));
    }),
    { numRuns: 200 },
  );
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  // Of 100 sizes that there are.
  expect(sizes.size).toBeLessThan(35);
});
