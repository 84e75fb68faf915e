// Rounding noise below the derived tolerance changes no rank and no p-value.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stream } from "../random.ts";
import { mean } from "./describe.ts";
import { kendall } from "./kendall.ts";
import { mantel } from "./mantel.ts";
import { pearson } from "./pearson.ts";
import { ranks } from "./ranks.ts";
import { signTest } from "./signTest.ts";
import { spearman } from "./spearman.ts";
import { exceeds, pairedDifferences, ROUNDING, tied } from "./ties.ts";
import { wilcoxon } from "./wilcoxon.ts";

/** Shares of counts, so that many are tied and all others differ by at least 1 / n. */
const shares = (length: number, n = 20) =>
  fc.array(fc.integer({ min: 0, max: n }), { minLength: length, maxLength: length }).map((x) => x.map((k) => k / n));

/** Relative noise of at most half the tolerance, which is as much as two numbers may have each. */
const noise = (length: number) =>
  fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length });
const disturbed = (x: readonly number[], e: readonly number[]) =>
  x.map((value, i) => value * (1 + (e[i] * ROUNDING) / 2));

const SIZE = 9;
const pairs = fc.tuple(shares(SIZE), shares(SIZE), noise(SIZE), noise(SIZE));

describe("rounding noise", () => {
  it("changes no p-value of a paired test", () => {
    fc.assert(
      fc.property(pairs, ([x, y, d, e]) => {
        const plain = pairedDifferences(x, y);
        const noisy = pairedDifferences(disturbed(x, d), disturbed(y, e));
        expect(signTest(noisy)).toEqual(signTest(plain));
        expect(wilcoxon(noisy)).toEqual(wilcoxon(plain));
      }),
    );
  });

  it("changes no rank correlation and no p-value of one", () => {
    fc.assert(
      fc.property(pairs, ([x, y, d, e]) => {
        const [u, v] = [tied(disturbed(x, d)), tied(disturbed(y, e))];
        expect(Array.from(ranks(u))).toEqual(Array.from(ranks(x)));
        expect(kendall(u, v)).toEqual(kendall(x, y));
        expect(spearman(u, v)).toEqual(spearman(x, y));
      }),
    );
  });

  it.each(Object.entries({ pearson, spearman, kendall }))("changes no permutation p-value: %s", (_, correlate) => {
    const cells = (x: ArrayLike<number>) => [0, 3, 6].map((from) => [0, 1, 2].map((j) => x[from + j]));
    // Of few different values many relabellings have the very correlation that was observed.
    const few = fc.tuple(shares(SIZE, 2), shares(SIZE, 2), noise(SIZE), noise(SIZE));
    fc.assert(
      fc.property(few, ([x, y, d, e]) => {
        const p = (u: ArrayLike<number>, v: ArrayLike<number>) =>
          mantel(cells(u), cells(v), correlate, { random: stream(1, "ties"), permutations: 50 })?.p;
        expect(p(tied(disturbed(x, d)), tied(disturbed(y, e)))).toBe(p(x, y));
      }),
      { numRuns: 60 },
    );
  });

  it("makes no mean exceed that of the same numbers in another order", () => {
    const numbers = fc.array(fc.integer({ min: 0, max: 997 }), { minLength: 2, maxLength: 300 });
    fc.assert(
      fc.property(numbers, fc.integer(), (counts, seed) => {
        const x = counts.map((k) => k / 997);
        const y = x.toSorted((a, b) => Math.sin(seed * a) - Math.sin(seed * b));
        const [a, b] = [mean(x)!, mean(y)!];
        expect(exceeds(a, b) || exceeds(b, a)).toBe(false);
        const more = mean([...y.slice(1), y[0] + 1 / 997])!;
        expect(exceeds(more, a)).toBe(true);
        expect(exceeds(a, more)).toBe(false);
      }),
    );
  });
});

it("six ties of means are no evidence", () => {
  // In float64 0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1.
  const [x, y] = [mean([0.1, 0.2, 0.3])!, mean([0.3, 0.2, 0.1])!];
  expect(x).not.toBe(y);
  const differences = pairedDifferences(new Array(6).fill(x), new Array(6).fill(y));
  expect(signTest(differences)).toBeUndefined();
  expect(wilcoxon(differences)).toBeUndefined();
});

describe("what differs", () => {
  it("stays as it is, in any units", () => {
    fc.assert(
      fc.property(shares(SIZE), fc.integer({ min: -300, max: 300 }), (x, power) => {
        const scaled = x.map((value) => value * 2 ** power);
        expect(Array.from(tied(scaled))).toEqual(scaled);
        expect(Array.from(pairedDifferences(scaled, scaled.toReversed()))).toEqual(
          Array.from(pairedDifferences(x, x.toReversed()), (value) => value * 2 ** power),
        );
      }),
    );
  });

  it("keeps its order and its sign", () => {
    const numbers = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 10, noNaN: true }), (x, tolerance) => {
        const after = tied(x, tolerance);
        for (let i = 0; i < x.length; i++) {
          for (let j = 0; j < x.length; j++) if (x[i] <= x[j]) expect(after[i]).toBeLessThanOrEqual(after[j]);
        }
        const differences = pairedDifferences(
          x,
          x.map(() => 0),
          tolerance,
        );
        differences.forEach((difference, i) => {
          expect(difference === 0 || Math.sign(difference) === Math.sign(x[i])).toBe(true);
          if (Math.abs(x[i]) <= tolerance) expect(Math.abs(difference)).toBe(0);
        });
      }),
    );
  });
});
