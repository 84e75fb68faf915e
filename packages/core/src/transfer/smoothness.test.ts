// Curvature against a Hessian in closed form; sizes under the named definitions against theirs.

import { describe, expect, it } from "vitest";
import { boxPoints, openLinear, randomFunctions, rowAt, runtime } from "../../test/linearWorld.ts";
import { denseRows } from "../data/dataset.ts";
import { openHessian } from "../models/hessian.ts";
import { modelFromGraph } from "../models/model.ts";
import { openModel } from "../models/open.ts";
import { GraphBuilder, modelOf } from "../onnx/builder.ts";
import { stream } from "../random.ts";
import { meanInterval } from "../stats/meanInterval.ts";
import { tensor } from "../tensor.ts";
import { norms } from "../threat/norm.ts";
import { inputGradientSizes } from "./sizeDefinitions.ts";
import { gradientTurning, largestCurvatures, meanCurvature } from "./smoothness.ts";

const [n, d, classes] = [5, 7, 3];
const data = boxPoints(3, n, d, classes);
const functions = randomFunctions(3, classes, d);
const x = denseRows(data);

function probabilities(row: Float64Array): number[] {
  const scores = functions.map(({ weights, bias }) => weights.reduce((sum, w, j) => sum + w * row[j], bias));
  const total = scores.reduce((sum, s) => sum + Math.exp(s), 0);
  return scores.map((s) => Math.exp(s) / total);
}

/** W (diag p - p p^T) W^T. */
function hessianOf(row: Float64Array): Float64Array[] {
  const p = probabilities(row);
  return Array.from({ length: d }, (_, a) =>
    Float64Array.from({ length: d }, (_, b) => {
      const average = (j: number) => functions.reduce((sum, { weights }, k) => sum + p[k] * weights[j], 0);
      return (
        functions.reduce((sum, { weights }, k) => sum + p[k] * weights[a] * weights[b], 0) - average(a) * average(b)
      );
    }),
  );
}

function largestEigenvalue(matrix: readonly Float64Array[]): number {
  let v = Float64Array.from({ length: d }, (_, j) => 1 + j / 3);
  let value = 0;
  for (let i = 0; i < 5000; i++) {
    const next = Float64Array.from(matrix, (row) => row.reduce((sum, m, j) => sum + m * v[j], 0));
    value = Math.hypot(...next);
    v = next.map((each) => each / value);
  }
  return value;
}

describe("input Hessian of the cross-entropy of linear scores", () => {
  it("times a vector is W (diag p - p p^T) W^T v", async () => {
    const { model } = await openLinear(functions, data);
    const hessian = await openHessian(runtime, model, "crossEntropy");
    const random = stream(1, "v");
    const vectors = tensor(
      "float32",
      [n, d],
      Float32Array.from({ length: n * d }, () => random.normal()),
    );
    const product = await hessian.multiply(x, data.labels, vectors);
    await hessian.close();
    for (let i = 0; i < n; i++) {
      const expected = hessianOf(rowAt(data, i)).map((row) =>
        row.reduce((sum, h, j) => sum + h * vectors.data[i * d + j], 0),
      );
      for (const [j, value] of expected.entries()) expect(product.data[i * d + j]).toBeCloseTo(value, 5);
    }
  });

  it("has no negative eigenvalue, so that the interval of their mean stays above 0 for any rows", async () => {
    // Few rows, of which most are far from every boundary: skewed enough for Student's interval to reach below 0.
    for (let seed = 0; seed < 6; seed++) {
      const rows = boxPoints(40 + seed, 6, d, classes);
      const steep = randomFunctions(40 + seed, classes, d).map((f) => ({ ...f, weights: f.weights.map((w) => 8 * w) }));
      const { model } = await openLinear(steep, rows);
      const hessian = await openHessian(runtime, model, "crossEntropy");
      const values = await largestCurvatures(hessian, denseRows(rows), rows.labels, { seed });
      await hessian.close();
      const free = meanInterval(values, { seed })!;
      const found = meanCurvature(values, { seed })!;
      expect(found.low).toBe(Math.min(free.estimate, Math.max(0, free.low)));
      expect([found.estimate, found.high]).toEqual([free.estimate, free.high]);
      expect(found.low).toBeGreaterThanOrEqual(0);
      // With the sign of the loss turned round all is below 0, and nothing is cut.
      const turned = meanCurvature(
        values.map((value) => -value),
        { seed },
      )!;
      expect(turned.low).toBeCloseTo(-free.high, 9);
      expect(turned.high).toBeCloseTo(-free.low, 9);
    }
  });

  it("has the largest eigenvalue that power iteration finds", async () => {
    const { model } = await openLinear(functions, data);
    const hessian = await openHessian(runtime, model, "crossEntropy");
    const values = await largestCurvatures(hessian, x, data.labels, { seed: 0, iterations: 300, tolerance: 1e-7 });
    await hessian.close();
    values.forEach((value, i) => {
      const expected = largestEigenvalue(hessianOf(rowAt(data, i)));
      expect(value / expected).toBeCloseTo(1, 3);
    });
  });

  it("is 0 for the margin of linear scores, which does not bend", async () => {
    const { model } = await openLinear(randomFunctions(5, 1, d), boxPoints(3, n, d));
    const hessian = await openHessian(runtime, model, "margin");
    const values = await largestCurvatures(hessian, x, boxPoints(3, n, d).labels, { seed: 0 });
    await hessian.close();
    expect([...values]).toEqual(new Array(n).fill(0));
  });
});

it("sees negative curvature with its sign", async () => {
  // Scores (0, x_0^2 - 2 x_1^2): the margin of class 0 is that quadratic, its Hessian diag(2, -4).
  const g = new GraphBuilder();
  const input = g.input("x", "float32", ["N", 2]);
  const weights = g.initializer("w", tensor("float32", [2, 2], [0, 1, 0, -2]));
  g.output(g.node("MatMul", [g.node("Mul", [input, input]), weights]), "scores");
  const model = modelFromGraph(modelOf(g.graph()));
  const hessian = await openHessian(runtime, model, "margin");
  const points = tensor("float32", [2, 2], [1, 1, 0.5, -1]);
  const values = await largestCurvatures(hessian, points, Int32Array.from([0, 0]), {
    seed: 1,
    iterations: 60,
    tolerance: 1e-7,
  });
  await hessian.close();
  for (const value of values) expect(value).toBeCloseTo(-4, 3);
  const opened = (await openModel(runtime, model)).differentiable!;
  const turned = await gradientTurning(opened, points, Int32Array.from([0, 0]), { radius: 1, seed: 1 });
  for (const cosine of turned) expect(cosine).toBeLessThan(0.9999);
  await opened.close();
});

describe("gradients of two linear scores", () => {
  const binary = boxPoints(4, n, d);
  const [f] = randomFunctions(4, 1, d);

  it("do not turn", async () => {
    const { opened } = await openLinear([f], binary);
    const turned = await gradientTurning(opened, denseRows(binary), binary.labels, { radius: 0.5, seed: 1 });
    await opened.close();
    for (const cosine of turned) expect(cosine).toBeCloseTo(1, 5);
  });

  it("have the size that each definition says", async () => {
    const { opened } = await openLinear([f], binary);
    const size = norms.l2.dual(f.weights);
    const of = (name: Parameters<typeof inputGradientSizes>[4]) =>
      inputGradientSizes(opened, denseRows(binary), binary.labels, norms.l2, name);
    const [full, half, hinge, logistic, squared, margin] = [
      await of("crossEntropy"),
      await of("halfCrossEntropy"),
      await of("hinge"),
      await of("logistic"),
      await of("squared"),
      await of("margin"),
    ];
    await opened.close();
    for (let i = 0; i < n; i++) {
      const row = rowAt(binary, i);
      const yf = (binary.labels[i] === 1 ? 1 : -1) * f.weights.reduce((sum, w, j) => sum + w * row[j], f.bias);
      expect(half[i]).toBeCloseTo(size / (1 + Math.exp(2 * yf)), 5);
      expect(full[i]).toBeCloseTo(2 * half[i], 6);
      expect(hinge[i]).toBeCloseTo(yf < 1 ? size : 0, 5);
      expect(logistic[i]).toBeCloseTo(size / (1 + Math.exp(yf)), 5);
      expect(squared[i]).toBeCloseTo(2 * Math.abs(1 - yf) * size, 5);
      expect(margin[i]).toBeCloseTo(2 * size, 5);
    }
  });
});
