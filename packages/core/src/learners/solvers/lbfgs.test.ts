import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { sparseFromDense } from "../../data/sparse.ts";
import { norm } from "../../linalg.ts";
import { runtimeFrom } from "../../models/runtime.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { startLbfgs } from "./lbfgs.ts";
import { linearObjective } from "./linearObjective.ts";
import { logisticLoss } from "./logisticLoss.ts";
import { type Evaluation, minimizeNewton } from "./newton.ts";

const runtime = runtimeFrom(ort);

/** The logistic objective of random rows. */
function randomObjective(seed: number, n: number, d: number, C: number): (x: Float64Array) => Evaluation {
  const random = stream(seed, "lbfgs");
  const x = Float64Array.from({ length: n * d }, () => (random.uniform() < 0.5 ? 0 : random.uniform()));
  const y = Float64Array.from({ length: n }, (_, i) => (x[i * d] + 0.3 * random.uniform() > 0.5 ? 1 : -1));
  const rows = sparseFromDense(tensor("float64", [n, d], x));
  return linearObjective(rows, y, new Float64Array(n).fill(C), logisticLoss, 1, runtime);
}

/** 1/2 (x - c) . diag(a) (x - c). */
function parabola(a: Float64Array, c: Float64Array): (x: Float64Array) => Evaluation {
  return (x) => ({
    value: x.reduce((sum, value, j) => sum + 0.5 * a[j] * (value - c[j]) ** 2, 0),
    gradient: x.map((value, j) => a[j] * (value - c[j])),
    hessianVector: (v) => v.map((value, j) => a[j] * value),
    diagonal: () => a,
    factor: undefined,
    factorCost: 0,
  });
}

describe("L-BFGS", () => {
  it("finds the center of a round parabola in one step, and that of an ellipsoid of d axes", () => {
    const numbers = (low: number, high: number) =>
      fc.array(fc.double({ min: low, max: high, noNaN: true }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(numbers(1, 20), numbers(1, 3), (axes, center) => {
        const c = Float64Array.from(center);
        const start = c.map((value, j) => value + 1 + j);
        let asked = 0;
        const round = parabola(new Float64Array(6).fill(axes[0]), c);
        const counted = (x: Float64Array) => {
          asked++;
          return round(x);
        };
        const found = startLbfgs(counted, start, 1e-6);
        expect(asked).toBe(2);
        for (const [j, value] of found.entries()) expect(value).toBeCloseTo(c[j], 8);
        const apart = startLbfgs(parabola(Float64Array.from(axes), c), start, 1e-8);
        for (const [j, value] of apart.entries()) expect(value).toBeCloseTo(c[j], 6);
      }),
    );
  });

  it("needs one step where the preconditioner is a multiple of the Hessian's inverse", () => {
    const positive = fc.array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(positive, fc.double({ min: 0.01, max: 100, noNaN: true }), (axes, multiple) => {
        const a = Float64Array.from(axes);
        const c = a.map((_, j) => Math.cos(j));
        let asked = 0;
        const counted = (x: Float64Array) => {
          asked++;
          return parabola(a, c)(x);
        };
        const found = startLbfgs(counted, new Float64Array(6), 1e-6, (v) =>
          v.map((value, j) => (multiple * value) / a[j]),
        );
        expect(asked).toBe(2);
        for (const [j, value] of found.entries()) expect(value).toBeCloseTo(c[j], 8);
      }),
    );
  });

  it("finds the center of an ellipsoid of so many columns that it keeps few steps", () => {
    const d = 150_000;
    const axes = Float64Array.from({ length: d }, (_, j) => 1 + (j % 7));
    const center = Float64Array.from({ length: d }, (_, j) => Math.sin(j));
    const found = startLbfgs(parabola(axes, center), new Float64Array(d), 1e-6);
    // |axis (x - center)| is at most the gradient's norm.
    expect(found.every((value, j) => Math.abs(axes[j] * (value - center[j])) <= 1e-6)).toBe(true);
  });

  it("ends at the optimum that Newton's method finds, or where that goes on to it, and never above its start", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        fc.integer({ min: 5, max: 60 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(1e-3, 0.1, 1, 100, 1e5),
        async (seed, n, d, C) => {
          const evaluate = randomObjective(seed, n, d, C);
          const origin = new Float64Array(d + 1);
          const tolerance = 1e-8 * norm(evaluate(origin).gradient);
          const options = { tolerance, maxIterations: 500 };
          const alone = await minimizeNewton(evaluate, origin, options);
          const begun = startLbfgs(evaluate, origin, tolerance);
          expect(evaluate(begun).value).toBeLessThanOrEqual(evaluate(origin).value);
          const both = await minimizeNewton(evaluate, begun, options);
          expect(both.converged).toBe(true);
          // The objective bends at least as 1/2 ||w||^2 does.
          expect(both.value - alone.value).toBeLessThanOrEqual(tolerance ** 2 + 1e-9 * Math.max(1, alone.value));
        },
      ),
      { numRuns: 40 },
    );
  });
});
