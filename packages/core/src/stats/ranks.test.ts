import fc from "fast-check";
import { expect, it } from "vitest";
import { ranks, tieSizes } from "./ranks.ts";

it("share the mean of the ranks that ties cover", () => {
  expect(Array.from(ranks([30, 10, 20, 10, 10]))).toEqual([5, 2, 4, 2, 2]);
  expect(tieSizes([30, 10, 20, 10, 10])).toEqual([3, 1, 1]);
  expect(Array.from(ranks([]))).toEqual([]);
});

it("count the smaller numbers and half of the equal ones", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -4, max: 4 })), (x) => {
      const counted = x.map((a) => x.reduce((sum, b) => sum + (b < a ? 1 : b === a ? 0.5 : 0), 0.5));
      expect(Array.from(ranks(x))).toEqual(counted);
    }),
  );
});
