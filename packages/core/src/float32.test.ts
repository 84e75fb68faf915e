import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextFloat32, roundedTowards, spacingOf } from "./float32.ts";

const singles = fc.float({ noNaN: true, noDefaultInfinity: true });
const doubles = fc.double({ min: -(2 ** 100), max: 2 ** 100, noNaN: true });
const isSingle = (value: number) => Math.fround(value) === value;

describe("float32 numbers", () => {
  test("the next one is a float32 on the side asked for, with none between", () => {
    fc.assert(
      fc.property(singles, fc.boolean(), (value, up) => {
        const next = nextFloat32(value, up ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
        expect(isSingle(next)).toBe(true);
        expect(up ? next > value : next < value).toBe(true);
        const rounded = Math.fround(value + (next - value) / 2);
        expect(rounded === value || rounded === next).toBe(true);
      }),
    );
  });

  test.each([
    [1, 2 ** -23],
    [-1, 2 ** -23],
    [2e8, 16],
    [0, 2 ** -149],
    [1e6, 2 ** -4],
  ])("those next to %d are %d apart", (value, spacing) => {
    expect(spacingOf(value)).toBe(spacing);
  });

  test("rounding towards an origin ends no farther from it, on no other side, and less than a spacing from the value", () => {
    const near = fc.tuple(doubles, fc.double({ min: -8, max: 8, noNaN: true }));
    fc.assert(
      fc.property(near, ([origin, steps]) => {
        const value = origin + steps * spacingOf(origin);
        const rounded = roundedTowards(value, origin);
        expect(isSingle(rounded)).toBe(true);
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(spacingOf(value));
        const unmoved = Math.abs(Math.fround(origin) - origin);
        expect(Math.abs(rounded - origin)).toBeLessThanOrEqual(Math.max(Math.abs(value - origin), unmoved));
        if (isSingle(origin)) expect((rounded - origin) * (value - origin)).toBeGreaterThanOrEqual(0);
        if (isSingle(value)) expect(rounded).toBe(value);
      }),
      { numRuns: 1000 },
    );
  });
});
