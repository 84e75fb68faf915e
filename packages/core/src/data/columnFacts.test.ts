// What one pass tells of columns, against the plain definition, for numbers of any size and sign.

import fc from "fast-check";
import { expect, it } from "vitest";
import { tensor } from "../tensor.ts";
import { columnFacts } from "./columnFacts.ts";
import { sparseFromDense } from "./sparse.ts";

const single = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 2 ** -149, -(2 ** -149), 3.4028234663852886e38, -3.4028234663852886e38),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
);
const odd = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);

const tables = (value: fc.Arbitrary<number>) =>
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 5 }))
    .chain(([n, d]) => fc.record({ n: fc.constant(n), d: fc.constant(d), x: fc.array(value, arrayOf(n * d)) }));
const arrayOf = (length: number) => ({ minLength: length, maxLength: length });

it.each(["float32", "float64"] as const)(
  "knows the least, the greatest and what is not zero of columns in %s",
  (type) => {
    fc.assert(
      fc.property(tables(single), ({ n, d, x }) => {
        const facts = columnFacts(tensor(type, [n, d], x));
        const column = (j: number) => Array.from({ length: n }, (_, i) => x[i * d + j] + 0);
        for (let j = 0; j < d; j++) {
          expect(facts.least[j] + 0).toBe(Math.min(...column(j)));
          expect(facts.greatest[j] + 0).toBe(Math.max(...column(j)));
          expect(facts.nonZeros[j]).toBe(column(j).filter((value) => value !== 0).length);
        }
        expect(facts.areFinite).toBe(true);
        expect(facts.areWhole).toBe(x.every((value) => Number.isInteger(value)));
      }),
    );
  },
);

it("tells where numbers are not finite, in every form", () => {
  fc.assert(
    fc.property(tables(single), odd, fc.nat(), ({ n, d, x }, value, at) => {
      const numbers = x.with(at % x.length, value);
      for (const type of ["float32", "float64"] as const) {
        const rows = tensor(type, [n, d], numbers);
        expect(columnFacts(rows).areFinite).toBe(false);
        expect(columnFacts(sparseFromDense(rows)).areFinite).toBe(false);
      }
    }),
  );
});
