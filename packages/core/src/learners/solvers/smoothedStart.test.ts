// The start from a smoothed hinge: laws of the hinge, of dual variables, and the optimum of many rows that overlap.

import * as fc from "fast-check";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { dataset } from "../../data/dataset.ts";
import { modelFromGraph } from "../../models/model.ts";
import { openModel } from "../../models/open.ts";
import { runtimeFrom } from "../../models/runtime.ts";
import { stream } from "../../random.ts";
import { parseOptions } from "../../registry.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { linearRows } from "../linearModel.ts";
import { svmLinear } from "../svmLinear.ts";
import { linearKernel, MANY } from "./kernel.ts";
import { violationOf } from "./smo.ts";
import { smoothedHinge, smoothedStart } from "./smoothedStart.ts";
import { solveSvm } from "./svmDual.ts";

const runtime = runtimeFrom(ort);

/** Two classes that overlap: a quarter of the labels no linear function gets right. */
function overlapping(n: number, d: number) {
  const random = stream(5, "overlapping", n, d);
  const x = Float32Array.from({ length: n * d }, () => random.uniform());
  const labels = Int32Array.from({ length: n }, (_, i) => {
    let z = 0;
    for (let j = 0; j < d; j++) z += (x[i * d + j] - 0.5) * (j + 1);
    return z + 0.3 * d * random.normal() > 0 ? 1 : 0;
  });
  return dataset({ features: tensor("float32", [n, d], x), labels, domain: [0, 1] });
}

/** The smoothed hinge of one row of label 1, and its derivatives. */
function at(h: number, f: number, weight = 1): { value: number; slope: number; curvature: number } {
  const [slope, curvature] = [new Float64Array(1), new Float64Array(1)];
  const one = (value: number) => Float64Array.of(value);
  const value = smoothedHinge(h)(one(1), one(f), one(weight), slope, curvature);
  return { value, slope: slope[0], curvature: curvature[0] };
}

describe("smoothedHinge", () => {
  const width = fc.double({ min: 1e-3, max: 2, noNaN: true });
  const value = fc.double({ min: -5, max: 5, noNaN: true });
  it("lies above the hinge, by h / 4 at most, and on it outside of the band", () => {
    fc.assert(
      fc.property(width, value, (h, f) => {
        const above = at(h, f).value - Math.max(0, 1 - f);
        expect(above).toBeGreaterThanOrEqual(-1e-12);
        expect(above).toBeLessThanOrEqual(h / 4 + 1e-12);
        if (Math.abs(1 - f) >= h) expect(above).toBeCloseTo(0, 12);
      }),
    );
  });

  it("has the slope and the curvature of its differences", () => {
    fc.assert(
      fc.property(width, value, (h, f) => {
        const step = 1e-6 * h;
        // At the edge of the band the curvature jumps.
        fc.pre(Math.abs(Math.abs(1 - f) - h) > 2 * step);
        const [low, mid, high] = [at(h, f - step), at(h, f), at(h, f + step)];
        expect((high.value - low.value) / (2 * step)).toBeCloseTo(mid.slope, 5);
        expect((high.slope - low.slope) / (2 * step)).toBeCloseTo(mid.curvature, 4);
      }),
    );
  });
});

describe("smoothedStart", () => {
  it.each([0.1, 1, 100])(
    "gives dual variables that are allowed, their values, and a small violation: C = %d",
    async (C) => {
      const data = overlapping(5000, 6);
      const y = Float64Array.from(data.labels, (label) => 2 * label - 1);
      const bound = new Float64Array(y.length).fill(C);
      const { rows } = linearRows(data, undefined);
      const { beta, f } = await smoothedStart(rows, y, bound, 1e-8, runtime);
      let total = 0;
      for (let i = 0; i < y.length; i++) {
        expect(y[i] * beta[i]).toBeGreaterThanOrEqual(0);
        expect(y[i] * beta[i]).toBeLessThanOrEqual(C);
        total += beta[i];
      }
      expect(Math.abs(total)).toBeLessThan(1e-9 * C * y.length);
      const kernel = await linearKernel(rows, runtime);
      const values = await kernel.combine(Int32Array.from(y.keys()), beta);
      for (let i = 0; i < y.length; i++) expect(Math.abs(values[i] - f[i])).toBeLessThan(1e-9 * C * y.length);
      const sides = {
        lower: y.map((sign) => (sign > 0 ? 0 : -C)),
        upper: y.map((sign) => (sign > 0 ? C : 0)),
      };
      const start = violationOf({ ...sides, b: beta, error: y.map((sign, i) => sign - f[i]) });
      // Of nothing learned it is 2. Fourteen rows in a band are a few thousandths of these, and so wide is it.
      expect(start).toBeLessThan(0.1);
      const problem = { kernel, y, bound, tolerance: 1e-8, maxIterations: 1e7 };
      const [begun, plain] = [await solveSvm({ ...problem, start: { beta, f } }), await solveSvm(problem)];
      expect(Math.abs(begun.primal / plain.primal - 1)).toBeLessThan(1e-8);
      await kernel.release();
    },
  );

  it("brings many rows that overlap to an optimum, which no step away from it improves", async () => {
    const data = overlapping(2 * MANY, 5);
    const noRandom = () => {
      throw new Error("no convex learner draws random numbers");
    };
    const { model, training } = await svmLinear.fit(data, parseOptions(svmLinear, {}), { runtime, random: noRandom });
    expect(training.violation).toBeLessThanOrEqual(1e-6);
    expect(Math.abs(training.dualityGap)).toBeLessThan(1e-6 * training.objective);
    // A quarter of the rows and more are support vectors: working sets alone would go through them for minutes.
    expect(training.supportVectors).toBeGreaterThan(data.labels.length / 4);
    const opened = await openModel(runtime, modelFromGraph(model));
    // Scores are affine: the weights are their differences along the axes.
    const corners = Float32Array.from({ length: 6 * 5 }, (_, k) => (k % 5 === Math.floor(k / 5) - 1 ? 1 : 0));
    const ends = (await opened.scores(tensor("float32", [6, 5], corners))).data;
    const [bias, weights] = [ends[1], Array.from({ length: 5 }, (_, j) => ends[2 * (j + 1) + 1] - ends[1])];
    const x = (data.features as Tensor<"float32">).data;
    const objective = (w: readonly number[], b: number) => {
      let value = w.reduce((total, each) => total + each * each, 0) / 2;
      for (let i = 0; i < data.labels.length; i++) {
        let g = b;
        for (let j = 0; j < 5; j++) g += w[j] * x[5 * i + j];
        value += Math.max(0, 1 - (data.labels[i] === 1 ? g : -g));
      }
      return value;
    };
    const least = objective(weights, bias);
    expect(Math.abs(least / training.objective - 1)).toBeLessThan(1e-5);
    for (let j = 0; j < 6; j++) {
      for (const step of [-0.03, 0.03]) {
        const moved = weights.map((each, k) => (k === j ? each + step : each));
        expect(objective(moved, j === 5 ? bias + step : bias)).toBeGreaterThan(least);
      }
    }
    await opened.close();
  });
});
