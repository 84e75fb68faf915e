import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { stream } from "../random.ts";
import { newcombe, newcombePaired } from "./newcombe.ts";
import { wilson } from "./wilson.ts";

const count = fc.integer({ min: 0, max: 60 });
const table = fc.record({ both: count, onlyFirst: count, onlySecond: count, neither: count });

describe("newcombePaired", () => {
  it("has the printed limits of Newcombe (1998), Statistics in Medicine 17, 2635-2650, method 10", () => {
    // As the tests of the R package propint quote them.
    const printed = [
      [36, 12, 2, 0, 0.0569, 0.3404],
      [18, 12, 2, 18, 0.0562, 0.329],
      [53, 0, 0, 1, -0.0729, 0.0729],
      [0, 30, 0, 0, 0.8395, 1],
    ];
    for (const [both, onlyFirst, onlySecond, neither, low, high] of printed) {
      const interval = newcombePaired({ both, onlyFirst, onlySecond, neither });
      expect(interval?.estimate).toBeCloseTo((onlyFirst - onlySecond) / (both + onlyFirst + onlySecond + neither), 14);
      expect(interval?.low).toBeCloseTo(low, 4);
      expect(interval?.high).toBeCloseTo(high, 4);
    }
  });

  it("turns with the order of the two events and with their names", () => {
    fc.assert(
      fc.property(table, (counts) => {
        const { both, onlyFirst, onlySecond, neither } = counts;
        const interval = newcombePaired(counts);
        const swapped = newcombePaired({ both, onlyFirst: onlySecond, onlySecond: onlyFirst, neither });
        const complements = newcombePaired({ both: neither, onlyFirst, onlySecond, neither: both });
        if (interval === undefined || swapped === undefined || complements === undefined) {
          expect(both + onlyFirst + onlySecond + neither).toBe(0);
          return;
        }
        expect(swapped.low).toBeCloseTo(-interval.high, 12);
        expect(swapped.high).toBeCloseTo(-interval.low, 12);
        // Complements turn the difference as well: that of "not first" and "not second" is second minus first.
        expect(newcombePaired({ both: neither, onlyFirst: onlySecond, onlySecond: onlyFirst, neither: both })).toEqual({
          estimate: -interval.estimate + 0,
          low: expect.closeTo(-interval.high, 12),
          high: expect.closeTo(-interval.low, 12),
        });
        expect(complements.low).toBeCloseTo(interval.low, 12);
        expect(interval.low).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(interval.high).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });

  it("is narrower for positively correlated events than for independent samples of the same rates", () => {
    const paired = newcombePaired({ both: 30, onlyFirst: 12, onlySecond: 4, neither: 54 });
    const independent = newcombe(42, 100, 34, 100);
    expect(paired?.estimate).toBeCloseTo(independent?.estimate ?? 2, 14);
    expect((paired?.high ?? 2) - (paired?.low ?? 0)).toBeLessThan(
      0.8 * ((independent?.high ?? 0) - (independent?.low ?? 2)),
    );
  });

  it("covers the difference with about 95%", () => {
    const random = stream(23, "coverage", "newcombe");
    const rounds = 10_000;
    let covered = 0;
    for (let round = 0; round < rounds; round++) {
      // Four random cell probabilities: normalised exponentials are uniform on the simplex.
      const weights = Array.from({ length: 4 }, () => -Math.log(1 - random.uniform()));
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const counts = [0, 0, 0, 0];
      for (let i = 0; i < 60; i++) {
        let left = random.uniform() * total;
        let cell = 0;
        while (cell < 3 && left >= weights[cell]) left -= weights[cell++];
        counts[cell]++;
      }
      const [both, onlyFirst, onlySecond, neither] = counts;
      const truth = (weights[1] - weights[2]) / total;
      const { low, high } = newcombePaired({ both, onlyFirst, onlySecond, neither }) ?? { low: 2, high: 2 };
      if (low <= truth && truth <= high) covered++;
    }
    // Standard error 0.2%; the paper finds a mean coverage of method 10 somewhat above nominal.
    expect(covered / rounds).toBeGreaterThan(0.945);
    expect(covered / rounds).toBeLessThan(0.97);
  });

  it("does not exist without points and refuses impossible counts", () => {
    expect(newcombePaired({ both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 })).toBeUndefined();
    expect(() => newcombePaired({ both: -1, onlyFirst: 2, onlySecond: 2, neither: 2 })).toThrow(InputError);
  });
});

describe("newcombe", () => {
  it("has the printed limits of Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10", () => {
    const printed = [
      [56, 70, 48, 80, 0.0524, 0.3339],
      [9, 10, 3, 10, 0.1705, 0.809],
      [6, 7, 2, 7, 0.0582, 0.8062],
      [5, 56, 0, 29, -0.0381, 0.1926],
      [0, 10, 0, 20, -0.1611, 0.2775],
    ];
    for (const [k1, n1, k2, n2, low, high] of printed) {
      const interval = newcombe(k1, n1, k2, n2);
      expect(interval?.estimate).toBeCloseTo(k1 / n1 - k2 / n2, 14);
      expect(interval?.low).toBeCloseTo(low, 4);
      expect(interval?.high).toBeCloseTo(high, 4);
    }
  });

  it("tends to Wilson's interval of the first where the second is known", () => {
    const { low, high } = wilson(30, 100) ?? { low: 2, high: 2 };
    const difference = newcombe(30, 100, 5e9, 1e10);
    expect(difference?.low).toBeCloseTo(low - 0.5, 5);
    expect(difference?.high).toBeCloseTo(high - 0.5, 5);
  });

  it("does not exist without trials", () => {
    expect(newcombe(0, 0, 1, 2)).toBeUndefined();
    expect(newcombe(1, 2, 0, 0)).toBeUndefined();
  });
});
