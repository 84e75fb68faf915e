// The Gaussian kernel against the host's exponential, and compiled loops against plain ones, bit by bit.

import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { stream } from "../../random.ts";
import { gaussian } from "./gaussian.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("is the exponential of the distance to some units of the last place, the same by compiled loops and plain ones", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 99 }),
      fc.integer(),
      fc.integer({ min: -20, max: 9 }),
      fc.double({ min: 1e-3, max: 2, noNaN: true }),
      (m, n, seed, size, gamma) => {
        const random = stream(seed, "products");
        const numbers = (length: number) => Float64Array.from({ length }, () => 2 ** size * random.uniform());
        const [products, norms] = [numbers(m * n), { rows: numbers(m), columns: numbers(n) }];
        const compiled = products.slice();
        gaussian(compiled, norms, gamma);
        vi.stubGlobal("WebAssembly", undefined);
        const plain = products.slice();
        gaussian(plain, norms, gamma);
        vi.unstubAllGlobals();
        expect(compiled).toEqual(plain);
        for (let at = 0; at < m * n; at++) {
          const squared = norms.rows[Math.floor(at / n)] + norms.columns[at % n] - 2 * products[at];
          const expected = squared > 0 ? Math.exp(-gamma * squared) : 1;
          expect(Math.abs(compiled[at] - expected)).toBeLessThanOrEqual(4 * 2 ** -53 * expected + 4e-308);
        }
      },
    ),
    { numRuns: 300 },
  );
});

it("is 1 where a distance is no number, and next to nothing where it is large", () => {
  const products = Float64Array.of(Number.NaN, 0, 0, 0, 0, 0, 0, 0, 0);
  const columns = Float64Array.of(0, 1e6, 1e300, Number.POSITIVE_INFINITY, 0, 0, 0, 0, 0);
  gaussian(products, { rows: Float64Array.of(1), columns }, 1);
  expect(products[0]).toBe(1);
  for (const value of products.subarray(1, 4)) expect(value).toBeLessThan(1e-307);
  expect(products[4]).toBeCloseTo(Math.exp(-1), 15);
});
