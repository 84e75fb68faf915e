// Pairwise steps by compiled loops against those by plain ones, bit by bit.

import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { dot } from "../../linalg.ts";
import { stream } from "../../random.ts";
import { solveSmo, violationOf } from "./smo.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("compiled loops take the steps that plain ones take, to the last bit", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 60 }),
      fc.integer(),
      fc.integer({ min: 0, max: 2000 }),
      (size, seed, most) => {
        const random = stream(seed, "problem");
        const rows = Array.from({ length: size }, () => Float64Array.from({ length: 8 }, () => random.normal()));
        const matrix = Float64Array.from({ length: size * size }, (_, at) =>
          dot(rows[Math.floor(at / size)], rows[at % size]),
        );
        const error = Float64Array.from({ length: size }, () => (random.uniform() < 0.5 ? -1 : 1));
        const problem = () => ({
          ...{ size, matrix, lower: error.map((y) => Math.min(0, y)), upper: error.map((y) => Math.max(0, y)) },
          ...{ b: new Float64Array(size), error: error.slice() },
        });
        const [compiled, plain] = [problem(), problem()];
        const iterations = solveSmo(compiled, 1e-4, most);
        vi.stubGlobal("WebAssembly", undefined);
        expect(solveSmo(plain, 1e-4, most)).toBe(iterations);
        vi.unstubAllGlobals();
        expect(compiled).toEqual(plain);
        if (iterations < most) expect(violationOf(compiled)).toBeLessThanOrEqual(1e-4);
      },
    ),
    { numRuns: 60 },
  );
});
