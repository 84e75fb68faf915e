// Which bounds are taken where none are declared.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Tensor, tensor } from "../tensor.ts";
import { dataset, takeRows } from "./dataset.ts";
import { columnRanges, observedDomain, sharedInterval } from "./domain.ts";
import { withSameBounds } from "./sameBounds.ts";
import { sparseFromDense } from "./sparse.ts";
import { columnUnits, inUnits, perUnit } from "./units.ts";

const rows = (n: number, of: (i: number, j: number) => number, ...shape: number[]) => {
  const d = shape.reduce((product, length) => product * length, 1);
  const values = Array.from({ length: n * d }, (_, at) => of(Math.floor(at / d), at % d));
  return tensor("float64", [n, ...shape], values);
};

/** Tables of at least two rows, whose columns have ranges of any size; some never vary. */
const tables = fc.record({ n: fc.integer({ min: 2, max: 12 }), d: fc.integer({ min: 2, max: 6 }) }).chain(({ n, d }) =>
  fc.record({
    x: fc
      .array(
        fc.integer({ min: -8000, max: 8000 }).map((value) => value / 8),
        { minLength: n * d, maxLength: n * d },
      )
      .map((values) => tensor("float64", [n, d], values)),
    factor: fc.array(
      fc.integer({ min: -30, max: 30 }).map((power) => 2 ** power),
      { minLength: d, maxLength: d },
    ),
  }),
);

describe("bounds that nobody declared", () => {
  test("of a table are each column's least and greatest value, in whatever unit", () => {
    fc.assert(
      fc.property(tables, ({ x, factor }) => {
        const d = factor.length;
        const { lower, upper } = columnRanges(x);
        x.data.forEach((value, at) => {
          expect(value).toBeGreaterThanOrEqual(lower[at % d]);
          expect(value).toBeLessThanOrEqual(upper[at % d]);
        });
        for (const bounds of [lower, upper]) {
          bounds.forEach((bound, j) => {
            expect(x.data.some((value, at) => at % d === j && value === bound)).toBe(true);
          });
        }
        const scaled: Tensor<"float64"> = { ...x, data: x.data.map((value, at) => factor[at % d] * value) };
        const other = columnRanges(scaled);
        expect(other.lower).toEqual(lower.map((value, j) => factor[j] * value));
        expect(other.upper).toEqual(upper.map((value, j) => factor[j] * value));
        expect(observedDomain(x, [d])).toEqual({ lower, upper });
      }),
    );
  });

  test.each<readonly [string, Tensor<"float64">, readonly [number, number] | undefined]>([
    ["images", rows(9, (i, j) => (i * j) % 7, 1, 4, 5), [0, 6]],
    ["rows of one axis though the shape has two", rows(9, (i, j) => i * 10 ** j, 1, 3), undefined],
    ["features that fill [0, 1]", rows(9, (i, j) => ((i + j) % 9) / 8, 6), [0, 1]],
    ["bits", rows(9, (i, j) => (i >> (j % 3)) % 2, 6), [0, 1]],
    ["flat pixels, of which some are always dark", rows(9, (i, j) => (j < 4 ? 0 : ((i + j) % 9) / 8), 20), [0, 1]],
    ["whole numbers that fill [0, 255]", rows(9, (i, j) => (i === 0 ? 0 : i === 1 ? 255 : 31 * i - j), 6), [0, 255]],
    ["numbers up to 255 that are not whole", rows(9, (i, j) => (i === 1 ? 255 - j / 2 : 28.3 * i), 6), undefined],
    ["narrow columns beside one that fills [0, 1]", rows(9, (i, j) => (i / 8) * 1e-3 ** j, 3), undefined],
    [
      "a column outside [0, 1] beside others that fill it",
      rows(9, (i, j) => (j === 2 ? 9e4 * i : i / 8), 6),
      undefined,
    ],
  ])("of %s", (_, x, expected) => {
    const found = sharedInterval(observedDomain(x, x.shape.slice(1)));
    if (expected) expect(found).toEqual(expected);
    else expect(found).toBeUndefined();
  });

  test("of sparse rows hold 0, whatever was written down", () => {
    fc.assert(
      fc.property(tables, ({ x }) => {
        const dense = columnRanges(x);
        const { lower, upper } = columnRanges(sparseFromDense(x));
        expect(lower).toEqual(dense.lower.map((low) => Math.min(low, 0)));
        expect(upper).toEqual(dense.upper.map((high) => Math.max(high, 0)));
      }),
    );
    const full = sparseFromDense(tensor("float64", [2, 2], [3, 400, 2, 500]));
    expect(dataset({ features: full, labels: [0, 1] }).domain.lower).toEqual(new Float64Array(2));
  });

  test("give way to those declared, and bytes and booleans live in [0, 1] whatever they hold", () => {
    const table = rows(4, (i, j) => i * 10 ** j, 3);
    const labels = [0, 1, 0, 1];
    expect(sharedInterval(dataset({ features: table, labels, domain: [-1, 500] }).domain)).toEqual([-1, 500]);
    const bytes = tensor("uint8", [4, 2], [0, 1, 2, 1, 0, 1, 0, 0]);
    expect(sharedInterval(dataset({ features: bytes, labels }).domain)).toEqual([0, 1]);
  });

  test("of two files are the least that hold both", () => {
    fc.assert(
      fc.property(tables, ({ x }) => {
        const whole = dataset({ features: x, labels: Array.from({ length: x.shape[0] }, (_, i) => i) });
        const part = { ...takeRows(whole, [0]), domain: columnRanges(takeRows(whole, [0]).features) };
        for (const pair of [withSameBounds(part, whole), withSameBounds(whole, part)]) {
          for (const data of pair) expect(data!.domain).toEqual(whole.domain);
        }
      }),
    );
  });
});

test("perturbations and gradients in units of the columns have the products that they have in the features' own", () => {
  fc.assert(
    fc.property(tables, ({ x, factor }) => {
      const d = factor.length;
      const units = columnUnits(columnRanges(x)) ?? new Float64Array(d).fill(1);
      const gradient = tensor("float64", [1, d], factor);
      const move = tensor(
        "float64",
        [1, d],
        factor.map((value, j) => (units[j] > 0 ? Math.sign(value - 1) * units[j] : 0)),
      );
      const dot = (a: Tensor<"float64">, b: Tensor<"float64">) =>
        a.data.reduce((sum, value, j) => sum + value * b.data[j], 0);
      const size = move.data.reduce((sum, value, j) => sum + Math.abs(value * gradient.data[j]), 0);
      const gap = dot(inUnits(move, units), perUnit(gradient, units)) - dot(move, gradient);
      expect(Math.abs(gap)).toBeLessThanOrEqual(1e-12 * size);
      inUnits(move, units).data.forEach((value, j) => {
        expect(Math.abs(value)).toBeCloseTo(units[j] > 0 && factor[j] !== 1 ? 1 : 0, 12);
      });
    }),
  );
});
