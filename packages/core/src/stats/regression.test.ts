import { describe, expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { stream } from "../random.ts";
import { confidenceBand, regression } from "./regression.ts";

describe("regression", () => {
  it("is the line worked out by hand", () => {
    // Means 2.5 and 5.5, spread 5, sum of products 8.5.
    const line = regression([1, 2, 3, 4], [3, 4, 7.5, 7.5]);
    expect(line?.slope).toBeCloseTo(1.7, 13);
    expect(line?.intercept).toBeCloseTo(1.25, 13);
    // Residuals .05, -.65, 1.15, -.55: RSS = 2.05, over 2.
    expect(line?.residual).toBeCloseTo(Math.sqrt(2.05 / 2), 13);
  });

  it("leaves residuals that sum to zero and are orthogonal to x", () => {
    const random = stream(4, "regression");
    const x = Array.from({ length: 30 }, random.normal);
    const y = x.map((value) => 2 * value + random.normal());
    const { slope, intercept } = regression(x, y) ?? { slope: 0, intercept: 0 };
    const residuals = y.map((value, i) => value - intercept - slope * x[i]);
    expect(residuals.reduce((sum, r) => sum + r, 0)).toBeCloseTo(0, 12);
    expect(residuals.reduce((sum, r, i) => sum + r * x[i], 0)).toBeCloseTo(0, 12);
  });

  it("does not exist without two different x", () => {
    expect(regression([2, 2, 2], [1, 2, 3])).toBeUndefined();
    expect(regression([2], [1])).toBeUndefined();
    expect(regression([], [])).toBeUndefined();
    expect(() => regression([1, 2], [1])).toThrow(InputError);
  });
});

describe("confidenceBand", () => {
  it("does not exist around a line through two points", () => {
    const line = regression([0, 2], [1, 5]);
    expect(line).toEqual({ slope: 2, intercept: 1, n: 2, centre: 1, spread: 2, residual: undefined });
    if (line !== undefined) expect(confidenceBand(line, 1)).toBeUndefined();
  });

  it("covers the true height with its level, near and far from the centre", () => {
    const random = stream(29, "coverage", "band");
    const x = [0, 1, 1.5, 3, 4, 7];
    for (const at of [2.5, 10]) {
      let covered = 0;
      for (let round = 0; round < 2000; round++) {
        const line = regression(
          x,
          x.map((value) => 1 - 0.5 * value + random.normal()),
        );
        const band = line && confidenceBand(line, at, 0.9);
        if (band !== undefined && band.low <= 1 - 0.5 * at && 1 - 0.5 * at <= band.high) covered++;
      }
      // Exactly 90%; standard error 0.7%.
      expect(Math.abs(covered / 2000 - 0.9)).toBeLessThan(0.02);
    }
  });
});
