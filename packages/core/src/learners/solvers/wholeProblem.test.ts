// Problems solved over all rows against the same ones solved by working sets, and against the conditions of optimality.

import fc from "fast-check";
import * as ort from "onnxruntime-node";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runtimeFrom } from "../../models/runtime.ts";
import { stream } from "../../random.ts";
import { tensor } from "../../tensor.ts";
import { errorsOf } from "./dualState.ts";
import { rbfKernel } from "./kernel.ts";
import { violationOf } from "./smo.ts";
import { solveWhole } from "./wholeProblem.ts";
import { solveWorkingSets } from "./workingSets.ts";

const runtime = runtimeFrom(ort);

afterEach(() => {
  vi.unstubAllGlobals();
});

interface Shape {
  readonly n: number;
  readonly d: number;
  readonly seed: number;
  readonly C: number;
  readonly gamma: number;
}

/** Rows with zeros and repeated ones, labels that follow a feature but for noise. */
async function problem({ n, d, seed, C, gamma }: Shape, tolerance: number) {
  const random = stream(seed, "whole");
  const x = Float32Array.from({ length: n * d }, () => (random.uniform() < 0.6 ? 0 : random.uniform()));
  for (let i = 3; i < n; i += 7) x.copyWithin(i * d, (i - 1) * d, i * d);
  const y = Float64Array.from({ length: n }, (_, i) => (x[i * d] + 0.3 * random.normal() > 0.2 ? 1 : -1));
  y.set([1, -1]);
  return {
    kernel: await rbfKernel(tensor("float32", [n, d], x), gamma, 2 ** 24, runtime),
    y,
    lower: y.map((sign) => (sign > 0 ? 0 : -C)),
    upper: y.map((sign) => (sign > 0 ? C : 0)),
    beta: new Float64Array(n),
    f: new Float64Array(n),
    tolerance,
    maxIterations: 1e7,
  };
}

const shapes = fc.record({
  n: fc.integer({ min: 2, max: 150 }),
  d: fc.integer({ min: 1, max: 40 }),
  seed: fc.nat(1e6),
  C: fc.constantFrom(0.01, 1, 100, 1e4),
  gamma: fc.constantFrom(0.01, 0.5, 20),
});

const TOLERANCE = 1e-6;

describe("solveWhole", () => {
  it("finds what working sets find, keeps f = K beta, and leaves no condition violated", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const [whole, sets] = [await problem(shape, TOLERANCE), await problem(shape, TOLERANCE)];
        await solveWhole(whole);
        await solveWorkingSets(sets);
        const { lower, upper, beta, f, y } = whole;
        expect(beta.every((value, i) => value >= lower[i] && value <= upper[i])).toBe(true);
        expect(Math.abs(beta.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-9 * shape.n * shape.C);
        const rows = Int32Array.from(beta.keys());
        const product = await whole.kernel.combine(rows, beta);
        const rounding = 1e-10 * Math.max(1, shape.n * shape.C);
        for (let i = 0; i < y.length; i++) expect(Math.abs(product[i] - f[i])).toBeLessThan(rounding);
        expect(violationOf({ lower, upper, b: beta, error: errorsOf({ y, f }) })).toBeLessThanOrEqual(TOLERANCE);
        // Either dual objective is within tolerance times what variables may move of the greatest.
        const dual = (state: typeof whole) =>
          state.beta.reduce((sum, value, i) => sum + value * (state.y[i] - state.f[i] / 2), 0);
        expect(Math.abs(dual(whole) - dual(sets))).toBeLessThanOrEqual(TOLERANCE * shape.n * shape.C + rounding);
      }),
      { numRuns: 60 },
    );
  });

  it("goes on from a start, and does the same without compiled loops, to the last bit", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const [compiled, plain] = [await problem(shape, 1e-2), await problem(shape, 1e-2)];
        for (const tolerance of [1e-2, TOLERANCE]) {
          const iterations = await solveWhole({ ...compiled, tolerance });
          vi.stubGlobal("WebAssembly", undefined);
          expect(await solveWhole({ ...plain, tolerance })).toBe(iterations);
          vi.unstubAllGlobals();
          expect(plain.beta).toEqual(compiled.beta);
          expect(plain.f).toEqual(compiled.f);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("says what it got where the optimum is not reached within the allowed iterations", async () => {
    const state = await problem({ n: 100, d: 5, seed: 1, C: 100, gamma: 0.5 }, TOLERANCE);
    await expect(solveWhole({ ...state, maxIterations: 3 })).rejects.toThrow("within 4 iterations");
  });
});
