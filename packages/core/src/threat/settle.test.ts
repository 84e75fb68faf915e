import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { spacingOf } from "../float32.ts";
import type { FloatType } from "../tensor.ts";
import { norms } from "./norm.ts";
import { settle } from "./settle.ts";
import { type BudgetedThreat, writeBounds } from "./threat.ts";

interface Case {
  readonly threat: BudgetedThreat;
  readonly origin: Float64Array;
  /** An admissible point but for the grid. */
  readonly point: Float64Array;
  readonly step: number;
  readonly epsilon: number;
}

const cases = (norm: (typeof norms)[keyof typeof norms]): fc.Arbitrary<Case> =>
  fc
    .record({
      d: fc.integer({ min: 1, max: 40 }),
      kind: fc.constantFrom("8 bits", "integer", "binary"),
      epsilon: fc.double({ min: 1e-3, max: 20, noNaN: true }),
      direction: fc.constantFrom(undefined, "add" as const, "remove" as const),
      offGrid: fc.boolean(),
      shares: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
    })
    .map(({ d, kind, epsilon, direction, offGrid, shares }) => {
      const share = () => shares.next().value as number;
      const [step, top] = kind === "8 bits" ? [1 / 255, 1] : kind === "integer" ? [1, 9] : [1, 1];
      const domain = {
        lower: new Float64Array(d),
        upper: new Float64Array(d).fill(top),
        ...(kind !== "8 bits" && { kinds: new Array<"integer" | "binary">(d).fill(kind as "integer") }),
      };
      const threat: BudgetedThreat = {
        norm,
        epsilon,
        domain,
        changeable: Uint8Array.from({ length: d }, () => (share() < 0.8 ? 1 : 0)),
        ...(direction && { direction }),
        ...(kind === "8 bits" && { grid: step }),
      };
      const origin = Float64Array.from({ length: d }, () => {
        const value = top * share();
        return offGrid ? value : Math.round(value / step) * step;
      });
      const point = origin.map((value) => value + 6 * (share() - 0.5));
      const lower = new Float64Array(d);
      const upper = new Float64Array(d);
      writeBounds(threat, origin, lower, upper);
      norm.project(point, origin, epsilon, lower, upper);
      return { threat, origin, point, step, epsilon };
    });

const rounded = ({ threat, point, origin, epsilon }: Case, type: FloatType = "float64") => {
  const copy = point.slice();
  const size = settle(threat, copy, origin, epsilon, type);
  expect(size).toBe(threat.norm.measure(copy.map((value, j) => value - origin[j])));
  return copy;
};

const distance = ({ threat, origin }: Case, point: Float64Array) =>
  threat.norm.measure(Float64Array.from(point, (value, j) => value - origin[j]));

/** What a type makes of a number. */
const held = { float32: Math.fround, float64: (value: number) => value };
const types = ["float32", "float64"] as const;

describe.each([norms.l1, norms.l2, norms.linf])("rounding to a grid in the $label ball", (norm) => {
  test.each(types)("ends on the grid or at the origin, in ball, box, mask and direction, near by: %s", (type) => {
    fc.assert(
      fc.property(cases(norm), (each) => {
        const { threat, origin, point, step, epsilon } = each;
        const result = rounded(each, type);
        const lower = new Float64Array(point.length);
        const upper = new Float64Array(point.length);
        writeBounds(threat, origin, lower, upper);
        result.forEach((value, j) => {
          const isOnGrid = value === held[type](Math.round(value / step) * step);
          expect(isOnGrid || value === held[type](origin[j]) || value === lower[j] || value === upper[j]).toBe(true);
          expect(Math.abs(value - point[j])).toBeLessThan(step * (1 + 1e-6));
          expect(value).toBeGreaterThanOrEqual(held[type](lower[j]));
          expect(value).toBeLessThanOrEqual(held[type](upper[j]));
        });
        expect(distance(each, result)).toBeLessThanOrEqual(epsilon * (1 + 2e-6) + 1e-6);
      }),
      { numRuns: 300 },
    );
  });

  test("is idempotent", () => {
    fc.assert(
      fc.property(cases(norm), (each) => {
        const once = rounded(each);
        expect(rounded({ ...each, point: once })).toEqual(once);
      }),
      { numRuns: 300 },
    );
  });

  test("is the nearest rounding wherever that stays in the ball", () => {
    fc.assert(
      fc.property(cases(norm), (each) => {
        const { threat, origin, point, step } = each;
        const lower = new Float64Array(point.length);
        const upper = new Float64Array(point.length);
        writeBounds(threat, origin, lower, upper);
        const nearest = point.map((value, j) =>
          value === origin[j] ? value : Math.min(Math.max(Math.round(value / step) * step, lower[j]), upper[j]),
        );
        fc.pre(distance(each, nearest) <= each.epsilon);
        expect(rounded(each)).toEqual(nearest);
      }),
      { numRuns: 300 },
    );
  });
});

/** Points far from zero, where float32 numbers are up to 16 apart, with budgets of a few of those steps or less. */
const farAway = (norm: (typeof norms)[keyof typeof norms]): fc.Arbitrary<Case> =>
  fc
    .record({
      d: fc.integer({ min: 1, max: 20 }),
      exponent: fc.integer({ min: 10, max: 28 }),
      steps: fc.double({ min: 0.01, max: 100, noNaN: true }),
      whole: fc.boolean(),
      shares: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
    })
    .map(({ d, exponent, steps, whole, shares }) => {
      const share = () => shares.next().value as number;
      const offset = (1 + share()) * 2 ** exponent;
      const step = 2 ** (exponent - 23);
      const origin = Float64Array.from({ length: d }, () => {
        const value = offset + 40 * step * share();
        return whole ? Math.fround(value) : value;
      });
      const epsilon = steps * step;
      const point = origin.map((value) => value + 6 * epsilon * (share() - 0.5));
      const lower = new Float64Array(d).fill(0);
      const upper = new Float64Array(d).fill(2 ** 30);
      norm.project(point, origin, epsilon, lower, upper);
      return { threat: { norm, epsilon, domain: { lower, upper } }, origin, point, step, epsilon };
    });

describe.each([norms.l1, norms.l2, norms.linf])("rounding to float32 in the $label ball", (norm) => {
  test("ends on float32 numbers next to the point, and leaves the ball only where the origin's own rounding does", () => {
    fc.assert(
      fc.property(farAway(norm), (each) => {
        const { origin, point, epsilon } = each;
        const result = rounded(each, "float32");
        const unmoved = distance(each, origin.map(Math.fround));
        expect(distance(each, result)).toBeLessThanOrEqual(Math.max(epsilon * (1 + 1e-6), unmoved));
        result.forEach((value, j) => {
          expect(value).toBe(Math.fround(value));
          expect(Math.abs(value - point[j])).toBeLessThanOrEqual(spacingOf(point[j]));
        });
      }),
      { numRuns: 300 },
    );
  });

  test("leaves float64 as it is, and rounds to the nearest where that stays in the ball", () => {
    fc.assert(
      fc.property(farAway(norm), (each) => {
        expect(rounded(each, "float64")).toEqual(each.point);
        const nearest = each.point.map(Math.fround);
        fc.pre(distance(each, nearest) <= each.epsilon);
        expect(rounded(each, "float32")).toEqual(nearest);
      }),
      { numRuns: 300 },
    );
  });
});

describe("features on grids of very different width", () => {
  const l2 = norms.l2;
  const mixed = fc
    .record({
      exponent: fc.integer({ min: 18, max: 27 }),
      steps: fc.integer({ min: 2, max: 200 }),
      fine: fc.integer({ min: 1, max: 6 }),
      tilt: fc.double({ min: 1e-4, max: 0.02, noNaN: true }),
      shares: fc.infiniteStream(fc.double({ min: 0.1, max: 1, noNaN: true })),
    })
    .map(({ exponent, steps, fine, tilt, shares }) => {
      const step = 2 ** (exponent - 23);
      const epsilon = steps * step;
      const origin = Float64Array.from({ length: fine + 1 }, (_, j) => (j === 0 ? 1.5 * 2 ** exponent : 0));
      const way = origin.map((_, j) => (j === 0 ? 1 : tilt * (shares.next().value as number)));
      const length = l2.measure(way);
      const point = origin.map((value, j) => value + (epsilon * way[j]) / length);
      const domain = { lower: origin.map(() => -(2 ** 30)), upper: origin.map(() => 2 ** 30) };
      return { threat: { norm: l2, epsilon, domain }, origin, point, step, epsilon };
    });

  test("a way that a coarse feature makes up nearly whole is not shortened by a step of it", () => {
    fc.assert(
      fc.property(mixed, (each) => {
        const { origin, point, step, epsilon } = each;
        const result = rounded(each, "float32");
        expect(distance(each, result)).toBeLessThanOrEqual(epsilon * (1 + 1e-6));
        result.forEach((value) => {
          expect(value).toBe(Math.fround(value));
        });
        const along = (to: Float64Array) => to.reduce((sum, v, j) => sum + (v - origin[j]) * (point[j] - origin[j]), 0);
        const isNear = point[0] - origin[0] > epsilon - step / 2;
        if (isNear) expect(result[0] - origin[0]).toBe(epsilon);
        const inwards = point.map((value, j) => (j === 0 ? origin[0] + epsilon - step : Math.fround(value)));
        expect(along(result)).toBeGreaterThanOrEqual(along(inwards) * (1 - 1e-6));
      }),
    );
  });
});
