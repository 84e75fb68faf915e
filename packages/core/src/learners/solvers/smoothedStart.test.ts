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
function at(h: number, f: number, centre = 1 / 2): { value: number; slope: number; curvature: number } {
  const [slope, curvature] = [new Float64Array(1), new Float64Array(1)];
  const one = (value: number) => Float64Array.of(value);
  const value = smoothedHinge(h, one(centre))(one(1), one(f), one(1), slope, curvature);
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

  it("touches the hinge where its slope is the centre, and lies below it by no more than h elsewhere", () => {
    fc.assert(
      fc.property(width, value, fc.double({ min: 0, max: 1, noNaN: true }), (h, f, centre) => {
        const above = at(h, f, centre).value - h * centre ** 2 - Math.max(0, 1 - f);
        expect(above).toBeLessThanOrEqual(1e-12);
        expect(above).toBeGreaterThanOrEqual(-h - 1e-12);
        const margin = at(h, 1, centre);
        expect(margin.value).toBeCloseTo(h * centre ** 2, 12);
        expect(margin.slope).toBeCloseTo(-centre, 12);
      }),
    );
  });

  it("has the slope and the curvature of its differences", () => {
    fc.assert(
      fc.property(width, value, fc.double({ min: 0, max: 1, noNaN: true }), (h, f, centre) => {
        const step = 1e-6 * h;
        // At the edges of the band the curvature jumps.
        const position = centre + (1 - f) / (2 * h);
        fc.pre(Math.min(Math.abs(position), Math.abs(position - 1)) > 1e-5);
        const [low, mid, high] = [at(h, f - step, centre), at(h, f, centre), at(h, f + step, centre)];
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

  it.each([0.001, 1, 1000])("solves sparse rows of many more columns, most of them free: C = %d", async (C) => {
    const [n, d, entries] = [1200, 20_000, 30];
    const random = stream(7, "wide", C);
    const start = Int32Array.from({ length: n + 1 }, (_, i) => i * entries);
    // Some columns are far more frequent than others, as words are; no column occurs twice in a row.
    const index = Int32Array.from({ length: n * entries }, (_, k) => {
      const [low, high] = [k % entries, (k % entries) + 1].map((part) => Math.floor((d / entries ** 2) * part ** 2));
      return Math.min(d - 1, low + Math.floor(random.uniform() ** 2 * (high - low)));
    });
    const value = Float32Array.from(index, () => random.uniform());
    const rows = { rows: n, columns: d, start, index, value };
    const y = Float64Array.from({ length: n }, () => (random.uniform() < 0.3 ? 1 : -1));
    const bound = new Float64Array(n).fill(C);
    const shares: number[] = [];
    const begun = await smoothedStart(rows, y, bound, 1e-7, runtime, (done) => shares.push(done));
    const kernel = await linearKernel(rows, runtime);
    const problem = { kernel, y, bound, tolerance: 1e-7, maxIterations: 1e7 };
    const [from, plain] = [await solveSvm({ ...problem, start: begun }), await solveSvm(problem)];
    // Nothing was left to do.
    expect(from.iterations).toBe(0);
    expect(Math.abs(from.dual / plain.dual - 1)).toBeLessThan(1e-6);
    // No more than the violation, weighed by what all losses weigh.
    expect(Math.abs(from.primal - from.dual)).toBeLessThan(1e-7 * C * n);
    for (let i = 0; i < n; i++) expect(Math.abs(from.f[i] - plain.f[i])).toBeLessThan(1e-4);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(shares.at(-1)).toBe(1);
    await kernel.release();
  });

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
