import fc from "fast-check";
import { expect, it } from "vitest";
import { InputError } from "../errors.ts";
import { signTest } from "./signTest.ts";

it("has the binomial p-values worked out by hand", () => {
  // 2 (1 + 8) / 2^8
  expect(signTest([1, 2, 3, 4, 5, 6, 7, -1])).toEqual({ statistic: 7, p: expect.closeTo(18 / 256, 14), n: 8 });
  expect(signTest([1, -1, 2, -2])).toEqual({ statistic: 2, p: 1, n: 4 });
  expect(signTest([3])).toEqual({ statistic: 1, p: expect.closeTo(1, 14), n: 1 });
});

it("drops zeros, ignores sizes and turns with the sign", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 60 }), (differences) => {
      const result = signTest(differences);
      expect(signTest([...differences, 0, 0])).toEqual(result);
      expect(signTest(differences.map((d) => d ** 3))).toEqual(result);
      const turned = signTest(differences.map((d) => -d));
      expect(turned?.p).toBe(result?.p);
      expect(turned && turned.n - turned.statistic).toBe(result?.statistic);
    }),
  );
});

it("keeps its digits far out: 2 / 2^900", () => {
  expect((signTest(new Float64Array(900).fill(-1))?.p ?? 0) * 2 ** 899).toBeCloseTo(1, 11);
});

it("does not exist without a difference", () => {
  expect(signTest([])).toBeUndefined();
  expect(signTest([0, 0, -0])).toBeUndefined();
  expect(() => signTest([Number.NaN])).toThrow(InputError);
});
