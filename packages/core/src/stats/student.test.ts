import { expect, it } from "vitest";
import { normalTwoSided } from "./normal.ts";
import { studentCritical, studentInterval, studentTwoSided } from "./student.ts";

it("has the closed forms of one and two degrees of freedom", () => {
  for (const t of [0, 0.01, 0.7, 3, 100, 1e8]) {
    expect(studentTwoSided(t, 1)).toBeCloseTo((2 / Math.PI) * Math.atan2(1, t), 13);
    expect(studentTwoSided(t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 13);
  }
});

it("tends to the normal distribution", () => {
  expect(studentTwoSided(2, 1e7)).toBeCloseTo(normalTwoSided(2), 6);
  expect(studentTwoSided(2, 10)).toBeGreaterThan(normalTwoSided(2) + 0.02);
});

it("inverts", () => {
  for (const degrees of [1, 2, 7, 98]) {
    for (const p of [0.9, 0.05, 1e-6])
      expect(studentTwoSided(studentCritical(p, degrees), degrees) / p).toBeCloseTo(1, 12);
  }
});

it("ends at 0 beyond every t", () => {
  expect(studentTwoSided(Number.POSITIVE_INFINITY, 3)).toBe(0);
});

it("has scipy's interval of a mean, and knows nothing of how one value differs from others", () => {
  // scipy.stats.t.interval(0.95, 2, mean, sem) of 1, 2, 4.
  const { estimate, low, high } = studentInterval([1, 2, 4]);
  expect([estimate, low, high]).toEqual([7 / 3, expect.closeTo(-1.4612497003, 9), expect.closeTo(6.1279163669, 9)]);
  expect(studentInterval([3])).toEqual({ estimate: 3, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY });
});
