import fc from "fast-check";
import { expect, it } from "vitest";
import { normalCdf, normalQuantile, normalTwoSided } from "./normal.ts";

it("inverts the distribution function over all of its range", () => {
  expect(normalQuantile(0.5)).toBe(0);
  fc.assert(
    fc.property(fc.double({ min: -300, max: -0.302, noNaN: true }), (exponent) => {
      const p = 10 ** exponent;
      expect(Math.abs(normalCdf(normalQuantile(p)) / p - 1)).toBeLessThan(1e-12);
      // 1 - p rounds; 1 - (1 - p) is the exact complement of what it rounds to.
      expect(-normalQuantile(1 - p)).toBe(normalQuantile(1 - (1 - p)));
    }),
  );
});

it("has infinite quantiles at 0 and 1", () => {
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
});

it("has two equal tails", () => {
  for (const z of [0.1, 1.96, 5, 30]) {
    expect(normalTwoSided(z)).toBeCloseTo(2 * normalCdf(-z), 14);
    expect(normalTwoSided(-z)).toBe(normalTwoSided(z));
  }
});
