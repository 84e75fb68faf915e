import { describe, expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { mean, quantile, standardDeviation, standardError, variance } from "./describe.ts";

describe("moments", () => {
  const x = [2, 4, 4, 4, 5, 5, 7, 9];

  it("are those worked out by hand", () => {
    expect(mean(x)).toBe(5);
    expect(variance(x)).toBeCloseTo(32 / 7, 14);
    expect(standardDeviation(x)).toBeCloseTo(Math.sqrt(32 / 7), 14);
    expect(standardError(x)).toBeCloseTo(Math.sqrt(32 / 56), 14);
  });

  it("keep their digits far from zero", () => {
    expect(variance(x.map((value) => value + 2 ** 40))).toBeCloseTo(32 / 7, 10);
  });

  it("do not exist of too few numbers", () => {
    expect(mean([])).toBeUndefined();
    expect(variance([3])).toBeUndefined();
    expect(standardDeviation([3])).toBeUndefined();
    expect(standardError([3])).toBeUndefined();
    expect(quantile([], 0.5)).toBeUndefined();
  });

  it("refuse what is not a finite number", () => {
    expect(() => mean([1, Number.NaN])).toThrow(InputError);
    expect(() => variance([1, Number.POSITIVE_INFINITY])).toThrow("Infinity at index 1");
  });
});

it("quantiles run linearly between the sorted numbers", () => {
  const x = [40, 10, 20, 80];
  expect([0, 1 / 3, 0.5, 0.9, 1].map((p) => quantile(x, p))).toEqual([10, 20, 30, expect.closeTo(68, 12), 80]);
  expect(x).toEqual([40, 10, 20, 80]);
});
