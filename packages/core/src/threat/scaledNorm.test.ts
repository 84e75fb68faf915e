// A norm in units of the features is the plain norm of features measured in these units.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dot } from "../linalg.ts";
import { l1, l2, linf } from "./norm.ts";
import { scaledNorm } from "./scaledNorm.ts";

/** Powers of two, so that a change of units rounds nothing, and features that cannot be moved. */
const unit = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -30, max: 30 }).map((power) => 2 ** power) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const number = fc.integer({ min: -3000, max: 3000 }).map((value) => value / 1000);
const cases = fc.integer({ min: 1, max: 20 }).chain((d) => {
  const list = (of: fc.Arbitrary<number>) =>
    fc.array(of, { minLength: d, maxLength: d }).map((values) => Float64Array.from(values));
  return fc.record({
    units: list(unit),
    center: list(number),
    move: list(number),
    gradient: list(number),
    below: list(fc.double({ min: 0, max: 2, noNaN: true })),
    above: list(fc.double({ min: 0, max: 2, noNaN: true })),
    epsilon: fc.double({ min: 1e-3, max: 5, noNaN: true }),
  });
});

/** With 0 in place of -0. */
const withoutSign = (v: Float64Array) => v.map((value) => value + 0);

describe.each([l1, l2, linf])("$label in units of the features", (norm) => {
  test("measures, and points, and projects as the plain one does in these units", () => {
    fc.assert(
      fc.property(cases, ({ units, center, move, gradient, below, above, epsilon }) => {
        const scaled = scaledNorm(norm, units);
        const inOwn = (v: Float64Array) => v.map((value, j) => value * units[j]);
        const free = (v: Float64Array) => v.map((value, j) => (units[j] > 0 ? value : 0));
        const perUnit = gradient.map((value, j) => (units[j] > 0 ? value / units[j] : value));
        expect(scaled.measure(inOwn(move))).toBe(norm.measure(free(move)));
        expect(scaled.dual(perUnit)).toBe(norm.dual(free(gradient)));
        const [direction, plain] = [perUnit.slice(), free(gradient)];
        scaled.steepest(direction);
        norm.steepest(plain);
        expect(withoutSign(direction)).toEqual(withoutSign(inOwn(plain)));
        // The same projection, seen in both units; center 0 in the plain one keeps sums exact.
        const zero = new Float64Array(units.length);
        const [point, expected] = [inOwn(move), move.slice()];
        const [low, high] = [below.map((value) => -value), above];
        scaled.project(point, zero, epsilon, inOwn(low), inOwn(high));
        norm.project(expected, zero, epsilon, free(low), free(high));
        point.forEach((value, j) => {
          expect(value / (units[j] || 1)).toBeCloseTo(units[j] > 0 ? expected[j] : 0, 12);
        });
        // And around any center: in ball and box.
        const around = center.map((value, j) => value + move[j] * units[j]);
        const bounds = [low, high].map((each) => center.map((value, j) => value + each[j] * units[j]));
        scaled.project(around, center, epsilon, bounds[0], bounds[1]);
        around.forEach((value, j) => {
          expect(value).toBeGreaterThanOrEqual(bounds[0][j]);
          expect(value).toBeLessThanOrEqual(bounds[1][j]);
          if (units[j] === 0) expect(value).toBe(center[j]);
        });
      }),
      { numRuns: 300 },
    );
  });

  test("Hoelder: a gradient gains no more than its dual norm per unit of budget", () => {
    fc.assert(
      fc.property(cases, ({ units, move, gradient }) => {
        const scaled = scaledNorm(norm, units);
        const step = move.map((value, j) => value * units[j]);
        const bound = scaled.measure(step) * scaled.dual(gradient);
        expect(dot(step, gradient)).toBeLessThanOrEqual(bound * (1 + 1e-12) + 1e-300);
      }),
    );
  });

  test("says that it is in other units, and that a feature of unit 0 may not move", () => {
    const scaled = scaledNorm(norm, Float64Array.of(2, 0));
    expect(scaled.label).not.toBe(norm.label);
    expect(scaled.measure(Float64Array.of(4, 0))).toBe(2);
    expect(scaled.measure(Float64Array.of(0, 1))).toBe(Number.POSITIVE_INFINITY);
  });
});
