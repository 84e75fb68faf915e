import fc from "fast-check";
import { expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { ranks } from "./ranks.ts";
import { wilcoxon } from "./wilcoxon.ts";

it("has the exact p of all signs, tied ranks or not", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 10 }), (differences) => {
      const kept = differences.filter((d) => d !== 0);
      const rank = ranks(kept.map(Math.abs));
      const total = (kept.length * (kept.length + 1)) / 2;
      const sumOf = (positive: (i: number) => boolean) => rank.reduce((sum, r, i) => (positive(i) ? sum + r : sum), 0);
      const observed = sumOf((i) => kept[i] > 0);
      const smaller = Math.min(observed, total - observed);
      let count = 0;
      for (let signs = 0; signs < 2 ** kept.length; signs++)
        if (sumOf((i) => ((signs >> i) & 1) === 1) <= smaller) count++;
      const result = wilcoxon(differences, { method: "exact" });
      if (kept.length === 0) expect(result).toBeUndefined();
      else {
        expect(result?.statistic).toBe(smaller);
        expect(result?.p).toBeCloseTo(Math.min(1, (2 * count) / 2 ** kept.length), 13);
      }
    }),
  );
});

it("is exact up to fifty differences without zeros and ties, asymptotic otherwise", () => {
  const differences = (n: number) => Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -1 : 1) * (i + 1));
  const p = (d: number[], method: "auto" | "exact" | "asymptotic") => wilcoxon(d, { method })?.p;
  expect(p(differences(50), "auto")).toBe(p(differences(50), "exact"));
  expect(p(differences(51), "auto")).toBe(p(differences(51), "asymptotic"));
  expect(p([...differences(9), 9], "auto")).toBe(p([...differences(9), 9], "asymptotic"));
  expect(p([...differences(9), 0], "auto")).toBe(p([...differences(9), 0], "asymptotic"));
  expect(p(differences(50), "exact")).not.toBe(p(differences(50), "asymptotic"));
});

it("drops zeros and turns with the sign", () => {
  const differences = [3, -1, 0, 4, 7, -2, 0];
  expect(wilcoxon(differences)?.n).toBe(5);
  expect(wilcoxon(differences.map((d) => -d))).toEqual(wilcoxon(differences));
});

it("does not exist without a difference", () => {
  expect(wilcoxon([])).toBeUndefined();
  expect(wilcoxon([0, 0])).toBeUndefined();
  expect(() => wilcoxon([Number.NaN])).toThrow(InputError);
});
