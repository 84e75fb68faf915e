// Factors and solutions by compiled loops against those by plain ones, bit by bit.

import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { lentLoops } from "../../hostedLoops.ts";
import { stream } from "../../random.ts";
import { cholesky, choleskySolve } from "./cholesky.ts";
import { factorLoops } from "./factorLoops.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("are compiled and lent by this host, in a memory that grows", () => {
  const lend = lentLoops<"factor">(factorLoops);
  expect(lend(8)?.loops.factor).toBeTypeOf("function");
  expect(lend(2 ** 20)?.memory.buffer.byteLength).toBe(2 ** 20);
});

it("compiled loops factor and solve as plain ones do, to the last bit", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 130 }), fc.integer(), fc.boolean(), (size, seed, singular) => {
      const random = stream(seed, "matrix");
      const rank = singular ? Math.ceil(size / 2) : size + 3;
      const rows = Array.from({ length: rank }, () => Float64Array.from({ length: size }, () => random.normal()));
      const matrix = Float64Array.from({ length: size * size }, (_, at) =>
        rows.reduce((sum, row) => sum + row[Math.floor(at / size)] * row[at % size], 0),
      );
      const b = Float64Array.from({ length: size }, () => random.normal());
      const results = () => {
        const [factor, other] = [
          cholesky(matrix.slice(), size),
          cholesky(
            matrix.map((x) => 2 * x),
            size,
          ),
        ];
        const lower = factor.lower.filter((_, at) => at % size <= at / size);
        return { lower, x: choleskySolve(factor, b), y: choleskySolve(other, b) };
      };
      const compiled = results();
      vi.stubGlobal("WebAssembly", undefined);
      const plain = results();
      vi.unstubAllGlobals();
      expect(compiled).toEqual(plain);
    }),
    { numRuns: 60 },
  );
});
