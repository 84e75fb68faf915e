import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { stream } from "../random.ts";
import { normalQuantile } from "./normal.ts";
import { wilson } from "./wilson.ts";

const counts = fc.integer({ min: 1, max: 500 }).chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));

describe("wilson", () => {
  it("ends where the score test is on the edge of rejecting", () => {
    fc.assert(
      fc.property(counts, fc.double({ min: 0.5, max: 0.999, noNaN: true }), ([k, n], level) => {
        const { estimate, low, high } = wilson(k, n, level) ?? { estimate: 2, low: 2, high: 2 };
        const z = normalQuantile((1 + level) / 2);
        expect(estimate).toBe(k / n);
        // (k/n - p)^2 = z^2 p (1 - p) / n at both ends.
        for (const p of [low, high]) expect((k / n - p) ** 2).toBeCloseTo((z * z * p * (1 - p)) / n, 12);
        expect(low).toBeLessThan(high);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("has the printed limits of Newcombe (1998), Statistics in Medicine 17, 857-872, table I", () => {
    const printed = [
      [81, 263, 0.2553, 0.3662],
      [15, 148, 0.0624, 0.1605],
      [0, 20, 0, 0.1611],
      [1, 29, 0.0061, 0.1718],
    ];
    for (const [k, n, low, high] of printed) {
      expect(wilson(k, n)).toEqual({ estimate: k / n, low: expect.closeTo(low, 4), high: expect.closeTo(high, 4) });
    }
  });

  it("covers a uniform proportion with 95%", () => {
    const random = stream(17, "coverage", "wilson");
    const rounds = 20_000;
    let covered = 0;
    for (let i = 0; i < rounds; i++) {
      const p = random.uniform();
      let successes = 0;
      for (let j = 0; j < 50; j++) if (random.uniform() < p) successes++;
      const { low, high } = wilson(successes, 50) ?? { low: 2, high: 2 };
      if (low <= p && p <= high) covered++;
    }
    // Standard error 0.15%. Over uniform p and n = 50 the interval covers within some tenths of a percent of nominal.
    expect(covered / rounds).toBeGreaterThan(0.945);
    expect(covered / rounds).toBeLessThan(0.96);
  });

  it("does not exist without trials and refuses impossible counts", () => {
    expect(wilson(0, 0)).toBeUndefined();
    expect(() => wilson(3, 2)).toThrow(InputError);
    expect(() => wilson(-1, 2)).toThrow(InputError);
    expect(() => wilson(0.5, 2)).toThrow(InputError);
    expect(() => wilson(1, 2, 95)).toThrow("confidence level");
  });
});
