// The logistic loss against the host's functions, and compiled loops against plain ones, bit by bit.

import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { stream } from "../../random.ts";
import { exponential } from "./exponential.ts";
import { logisticLoss } from "./logisticLoss.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Units of the last place. */
const UNIT = 2 ** -53;

it("exponentials are those of the host to some units of the last place", () => {
  fc.assert(
    fc.property(fc.double({ min: -707, max: 0, noNaN: true }), (x) => {
      expect(Math.abs(exponential(x) - Math.exp(x))).toBeLessThanOrEqual(4 * UNIT * Math.exp(x));
    }),
    { numRuns: 2000 },
  );
  expect(exponential(0)).toBe(1);
  expect(exponential(Number.NEGATIVE_INFINITY)).toBeLessThan(1e-307);
  expect(exponential(Number.NaN)).toBeNaN();
});

it("losses and their derivatives are those of the formula, the same by compiled loops and plain ones", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), fc.integer(), fc.integer({ min: -30, max: 9 }), (n, seed, size) => {
      const random = stream(seed, "rows");
      const y = Float64Array.from({ length: n }, () => (random.uniform() < 0.5 ? -1 : 1));
      const f = Float64Array.from({ length: n }, () => 2 ** size * random.normal());
      const weights = Float64Array.from({ length: n }, () => random.uniform());
      const results = () => {
        const [slope, curvature] = [f.slice(), new Float64Array(n)];
        return { value: logisticLoss(y, slope, weights, slope, curvature), slope, curvature };
      };
      const compiled = results();
      vi.stubGlobal("WebAssembly", undefined);
      const plain = results();
      vi.unstubAllGlobals();
      expect(compiled).toEqual(plain);
      let value = 0;
      for (let i = 0; i < n; i++) {
        const m = y[i] * f[i];
        value += weights[i] * (m < 0 ? Math.log1p(Math.exp(m)) - m : Math.log1p(Math.exp(-m)));
        const [inside, outside] = [1 / (1 + Math.exp(m)), 1 / (1 + Math.exp(-m))];
        expect(plain.slope[i]).toBeCloseTo(-y[i] * weights[i] * inside, 14);
        expect(plain.curvature[i]).toBeCloseTo(weights[i] * inside * outside, 14);
      }
      expect(Math.abs(compiled.value - value)).toBeLessThanOrEqual(n * 8 * UNIT * value + 1e-300);
    }),
    { numRuns: 300 },
  );
});
