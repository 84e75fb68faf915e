// The laws that the three correlations share, and what is particular to each.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { permutation, stream } from "../random.ts";
import { kendall } from "./kendall.ts";
import { pearson } from "./pearson.ts";
import { spearman } from "./spearman.ts";

const correlations = { pearson, spearman, kendall };

const pairs = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
  minLength: 3,
  maxLength: 30,
});

describe.each(Object.entries(correlations))("%s", (_, correlate) => {
  it("is symmetric, changes sign with a sample and ignores the order of the pairs", () => {
    fc.assert(
      fc.property(pairs, fc.integer(), (points, seed) => {
        const x = points.map(([a]) => a);
        const y = points.map(([, b]) => b);
        const result = correlate(x, y);
        const order = Array.from(permutation(stream(seed), points.length));
        const others = [
          correlate(y, x),
          correlate(
            x.map((v) => -v),
            y.map((v) => -v),
          ),
          correlate(
            order.map((i) => x[i]),
            order.map((i) => y[i]),
          ),
        ];
        const opposite = correlate(
          x,
          y.map((v) => -v),
        );
        for (const other of others) {
          expect(other?.statistic ?? 2).toBeCloseTo(result?.statistic ?? 2, 12);
          expect(other?.p ?? 2).toBeCloseTo(result?.p ?? 2, 7);
        }
        expect(opposite?.statistic ?? -2).toBeCloseTo(-(result?.statistic ?? 2), 12);
      }),
    );
  });

  it("is 1 or -1 for a line, with a p-value that falls with n", () => {
    const line = (n: number, slope: number) => {
      const x = Array.from({ length: n }, (_, i) => i);
      return correlate(
        x,
        x.map((v) => slope * v + 5),
      );
    };
    expect(line(20, 3)?.statistic).toBe(1);
    expect(line(20, -3)?.statistic).toBe(-1);
    expect(line(20, 3)?.p).toBeLessThan(1e-17);
    expect(line(2, 3)).toEqual({ statistic: 1, p: 1, n: 2 });
  });

  it("does not exist for constant, single or no numbers", () => {
    expect(correlate([0.1, 0.1, 0.1], [1, 2, 3])).toBeUndefined();
    expect(correlate([1, 2, 3], [0.1, 0.1, 0.1])).toBeUndefined();
    expect(correlate([1], [2])).toBeUndefined();
    expect(correlate([], [])).toBeUndefined();
  });

  it("refuses unpaired and missing numbers", () => {
    expect(() => correlate([1, 2], [1, 2, 3])).toThrow(InputError);
    expect(() => correlate([1, 2, Number.NaN], [1, 2, 3])).toThrow("NaN at index 2");
  });

  it("rejects independence at its level where it holds", () => {
    const random = stream(5, "level of a correlation");
    let rejected = 0;
    for (let i = 0; i < 2000; i++) {
      const x = Float64Array.from({ length: 12 }, random.normal);
      const y = Float64Array.from({ length: 12 }, random.normal);
      if ((correlate(x, y)?.p ?? 1) <= 0.05) rejected++;
    }
    // Standard error 0.5%; Kendall's p is discrete and lies below its level.
    expect(rejected / 2000).toBeGreaterThan(0.03);
    expect(rejected / 2000).toBeLessThan(0.065);
  });
});

it("rank correlations see only the order", () => {
  const x = [0.3, 5, -2, 9, 1, 4];
  const y = [2, 1, 7, 3, 3, 8];
  const cubed = x.map((v) => v ** 3);
  expect(spearman(cubed, y)).toEqual(spearman(x, y));
  expect(kendall(cubed, y)).toEqual(kendall(x, y));
  expect(pearson(cubed, y)?.statistic).not.toBeCloseTo(pearson(x, y)?.statistic ?? 0, 2);
});

describe("kendall", () => {
  it("counts the pairs that a double loop counts", () => {
    fc.assert(
      fc.property(pairs, (points) => {
        let difference = 0;
        let inX = 0;
        let inY = 0;
        for (const [i, [a, b]] of points.entries()) {
          for (const [c, d] of points.slice(0, i)) {
            difference += Math.sign(a - c) * Math.sign(b - d);
            inX += Math.abs(Math.sign(a - c));
            inY += Math.abs(Math.sign(b - d));
          }
        }
        const result = kendall(
          points.map(([a]) => a),
          points.map(([, b]) => b),
        );
        if (inX === 0 || inY === 0) expect(result).toBeUndefined();
        else expect(result?.statistic).toBeCloseTo(difference / Math.sqrt(inX * inY), 13);
      }),
    );
  });

  it("has the exact p of all permutations of five", () => {
    // Of the 120 permutations, 1 + 4 have at most one inversion and as many at most one pair in order.
    expect(kendall([1, 2, 3, 4, 5], [1, 2, 3, 5, 4])?.p).toBeCloseTo(10 / 120, 14);
  });

  it("offers both p-values, and no exact one with ties", () => {
    const x = Array.from({ length: 40 }, (_, i) => i);
    const y = x.map((v) => (v * 17) % 41);
    const exact = kendall(x, y, { method: "exact" })?.p ?? 0;
    const asymptotic = kendall(x, y, { method: "asymptotic" })?.p ?? 0;
    expect(kendall(x, y)?.p).toBe(asymptotic);
    expect(exact).not.toBe(asymptotic);
    expect(exact).toBeCloseTo(asymptotic, 1);
    expect(() => kendall([1, 1, 2], [1, 2, 3], { method: "exact" })).toThrow(InputError);
  });

  it("sorts rather than compares ten thousand pairs", () => {
    const random = stream(3, "kendall");
    const x = Float64Array.from({ length: 10_000 }, random.normal);
    const y = x.map((value) => value + random.normal());
    // For a normal pair tau = (2 / pi) asin(correlation), here asin(sqrt(1 / 2)): tau = 1 / 2, standard error below
    // 0.01.
    expect(Math.abs((kendall(x, y)?.statistic ?? 0) - 0.5)).toBeLessThan(0.02);
  });
});
