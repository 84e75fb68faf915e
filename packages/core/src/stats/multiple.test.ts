import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { benjaminiHochberg, holm } from "./multiple.ts";

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 });

const closeTo = (values: number[]) => values.map((value) => expect.closeTo(value, 14));

describe("holm", () => {
  it("has the values worked out by hand", () => {
    // Sorted .005 .01 .03 .04 times 4 3 2 1: .02 .03 .06 .04, and no value below one before it.
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual(closeTo([0.03, 0.06, 0.06, 0.02]));
    // 3 x .4 = 1.2 is capped; what follows stays at 1.
    expect(holm([0.4, 0.5, 0.9])).toEqual([1, 1, 1]);
    expect(holm([0.02, 0.02])).toEqual([0.04, 0.04]);
  });

  it("rejects what stepping down through the sorted p-values rejects", () => {
    fc.assert(
      fc.property(pValues, fc.double({ min: 0.001, max: 0.5, noNaN: true }), (p, alpha) => {
        const sorted = [...p].sort((a, b) => a - b);
        const stop = sorted.findIndex((value, i) => (p.length - i) * value > alpha);
        const rejected = stop === -1 ? p.length : stop;
        expect(holm(p).filter((value) => value <= alpha)).toHaveLength(rejected);
      }),
    );
  });
});

describe("benjaminiHochberg", () => {
  it("has the values worked out by hand", () => {
    // Sorted .005 .01 .03 .04 times 4/1 4/2 4/3 4/4: .02 .02 .04 .04.
    expect(benjaminiHochberg([0.01, 0.04, 0.03, 0.005])).toEqual(closeTo([0.02, 0.04, 0.04, 0.02]));
    // .03 .031 .5 times 3 1.5 1: .09 .0465 .5, and no value above one after it.
    expect(benjaminiHochberg([0.5, 0.03, 0.031])).toEqual(closeTo([0.5, 0.0465, 0.0465]));
  });

  it("rejects the largest k with p_k <= k alpha / m, 4 of the 15 in Benjamini and Hochberg (1995)", () => {
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    expect(benjaminiHochberg(p).filter((value) => value <= 0.05)).toHaveLength(4);
    expect(holm(p).filter((value) => value <= 0.05)).toHaveLength(3);
  });

  it("lies between the p-values and Holm's, in any order", () => {
    fc.assert(
      fc.property(pValues, (p) => {
        const adjusted = benjaminiHochberg(p);
        const stricter = holm(p);
        for (let i = 0; i < p.length; i++) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p[i] * (1 - 1e-15));
          expect(adjusted[i]).toBeLessThanOrEqual(stricter[i] * (1 + 1e-15));
        }
        expect(benjaminiHochberg([...p].reverse())).toEqual([...adjusted].reverse());
        expect(holm([...p].reverse())).toEqual([...stricter].reverse());
      }),
    );
  });
});

it("nothing adjusts to nothing", () => {
  expect(holm([])).toEqual([]);
  expect(benjaminiHochberg([])).toEqual([]);
});
