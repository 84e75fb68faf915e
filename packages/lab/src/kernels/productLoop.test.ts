import { stream } from "@carom/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { packRows, plainProductOf, productOf, upToTile } from "./productLoop.ts";

const size = fc.integer({ min: 1, max: 23 });

test("products are those of rows and columns, with the same bits where they are compiled and where not", () => {
  fc.assert(
    fc.property(
      size,
      size,
      size,
      fc.integer(),
      fc.constantFrom("rounded", "exact"),
      (rows, depth, given, seed, kind) => {
        const random = stream(seed, "test", "products");
        const rounded = kind === "rounded" ? Math.fround : (sum: number) => sum;
        const columns = upToTile(given);
        const numbers = (length: number) => Float64Array.from({ length }, () => rounded(random.normal()));
        const [left, right, start] = [numbers(rows * depth), numbers(depth * columns), numbers(rows * columns)];
        const [compiled, plain] = [productOf, plainProductOf].map((make) => {
          const product = make(upToTile(rows), depth, columns, kind);
          packRows(product, left, rows, depth, { first: 0, down: depth, across: 1 });
          product.right.set(right);
          product.sums.set(start);
          product.compute();
          return product.sums.slice(0, rows * columns);
        });
        expect(compiled).toEqual(plain);
        compiled.forEach((sum, at) => {
          const [row, column] = [Math.floor(at / columns), at % columns];
          let expected = start[at];
          for (let k = 0; k < depth; k++)
            expected = rounded(expected + left[row * depth + k] * right[k * columns + column]);
          expect(sum).toBe(expected);
        });
      },
    ),
    { numRuns: 100 },
  );
});
