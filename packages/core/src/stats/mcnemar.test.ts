// McNemar's exact test against sums of binomial coefficients in whole numbers, and what it must not depend on.

import fc from "fast-check";
import { expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { mcnemar } from "./mcnemar.ts";

const count = fc.integer({ min: 0, max: 60 });
const table = fc.record({ both: count, onlyFirst: count, onlySecond: count, neither: count });

/** Twice the tail of n tosses of a fair coin, from whole numbers. */
function exact(first: number, second: number): number {
  const n = first + second;
  let [coefficient, tail] = [1n, 0n];
  for (let k = 0; k <= Math.min(first, second); k++) {
    tail += coefficient;
    coefficient = (coefficient * BigInt(n - k)) / BigInt(k + 1);
  }
  const scaled = (2n * tail * 10n ** 17n) / 2n ** BigInt(n);
  return Math.min(1, Number(scaled) / 1e17);
}

it("has the exact p-value, which only points that differ decide", () => {
  fc.assert(
    fc.property(table, (counts) => {
      const { statistic, p, n } = mcnemar(counts);
      expect([statistic, n]).toEqual([counts.onlyFirst, counts.onlyFirst + counts.onlySecond]);
      expect(p).toBeCloseTo(exact(counts.onlyFirst, counts.onlySecond), 12);
      expect(mcnemar({ ...counts, both: 0, neither: 7 })).toEqual({ statistic, p, n });
    }),
  );
});

it("is the same from the other side", () => {
  fc.assert(
    fc.property(table, ({ both, onlyFirst, onlySecond, neither }) => {
      const turned = mcnemar({ both, onlyFirst: onlySecond, onlySecond: onlyFirst, neither });
      expect(turned.p).toBe(mcnemar({ both, onlyFirst, onlySecond, neither }).p);
    }),
  );
});

it("shows nothing where no point differs, and takes counts alone", () => {
  expect(mcnemar({ both: 4, onlyFirst: 0, onlySecond: 0, neither: 9 }).p).toBe(1);
  expect(() => mcnemar({ both: 4, onlyFirst: 0.5, onlySecond: 0, neither: 9 })).toThrow(InputError);
});
