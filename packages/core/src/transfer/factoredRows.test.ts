// Sums of few directions: what they read, and first-order increases without what does not change.

import fc from "fast-check";
import { expect, it } from "vitest";
import { denseFromSparse, sparseFromDense } from "../data/sparse.ts";
import { stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { factoredRows, increasesOfChanges, isFactored } from "./factoredRows.ts";
import { predictedIncreases } from "./gradients.ts";

const sizes = fc.record({
  seed: fc.nat(),
  n: fc.integer({ min: 1, max: 6 }),
  d: fc.integer({ min: 1, max: 40 }),
  k: fc.integer({ min: 1, max: 4 }),
});

it("rows are products of matrices, and increases are those of rows that are written out, to the bit", async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async ({ seed, n, d, k }) => {
      const random = stream(seed, "factored");
      const draw = (length: number, filled = 1) =>
        Float32Array.from({ length }, () => (random.uniform() < filled ? random.normal() : 0));
      const coefficients = tensor("float64", [n, k], Float64Array.from(draw(n * k)));
      const directions = Array.from({ length: k }, () => draw(d));
      const gradients = factoredRows(coefficients, directions, [d]);
      expect(isFactored(gradients)).toBe(true);
      const written = await gradients.read(0, n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < d; j++) {
          const exact = directions.reduce((sum, own, c) => sum + coefficients.data[i * k + c] * own[j], 0);
          expect(written.data[i * d + j]).toBe(Math.fround(exact));
        }
      }
      const [clean, points] = [0.3, 0.5].map((filled) =>
        sparseFromDense(tensor("float32", [n, d], draw(n * d, filled))),
      );
      for (let from = 0; from < n; from++) {
        const some = sparseFromDense(denseFromSparse(points, from, n));
        expect(increasesOfChanges(clean, from, some, gradients)).toEqual(
          predictedIncreases(
            denseFromSparse(clean, from, n),
            denseFromSparse(points, from, n),
            await gradients.read(from, n),
          ),
        );
      }
    }),
    { numRuns: 60 },
  );
});
