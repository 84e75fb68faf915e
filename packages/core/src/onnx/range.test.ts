// The range of a constant, of few numbers and of so many that compiled loops pass over them.

import fc from "fast-check";
import { expect, it } from "vitest";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { rangeOf } from "./range.ts";

const shapes = fc.constantFrom([7], [3, 5], [2 ** 16], [70_001], [300, 250], [260, 257], [64, 33, 6, 6]);
const oddities = fc.subarray([Number.NaN, Infinity, -Infinity, -0]);

it("is what the least and the greatest number are, and says whether some number is none", () => {
  fc.assert(
    fc.property(shapes, oddities, fc.integer(), (shape, strange, seed) => {
      const random = stream(seed, "numbers");
      const length = shape.reduce((product, side) => product * side, 1);
      const data = Float32Array.from({ length }, () => 1e3 * random.normal());
      for (const number of strange) data[random.integer(length)] = number;
      const { low, high, finite } = rangeOf(tensor("float32", shape, data));
      const numbers = data.filter((number) => !Number.isNaN(number)).sort();
      expect([low, high]).toEqual([numbers[0], numbers[numbers.length - 1]]);
      expect(finite).toBe(data.every(Number.isFinite));
    }),
    { numRuns: 60 },
  );
});
