// Pairwise steps by compiled loops against those by plain ones, bit by bit.

import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { dot } from "../../linalg.ts";
import { stream } from "../../random.ts";
import { solveBox } from "./boxProblem.ts";
import { violationOf, workplace } from "./smo.ts";

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
        const effort = { tolerance: 1e-4, maxIterations: most, exactSteps: 3 };
        const iterations = solveBox(compiled, effort);
        vi.stubGlobal("WebAssembly", undefined);
        expect(solveBox(plain, effort)).toBe(iterations);
        vi.unstubAllGlobals();
        expect(compiled).toEqual(plain);
        if (iterations < most) expect(violationOf(compiled)).toBeLessThanOrEqual(1e-4);
      },
    ),
    { numRuns: 60 },
  );
});

it("the rows that are wanted next are those with the largest errors that may move, unknown ones alone", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer(), (size, seed) => {
      const filled = () => {
        const random = stream(seed, "place");
        const place = workplace(size);
        for (let t = 0; t < size; t++) {
          [place.lower[t], place.upper[t], place.known[t]] = [-1, 1, random.uniform() < 0.3 ? 1 : 0];
          place.b[t] = Math.max(-1, Math.min(1, 2 * random.normal()));
          place.error[t] = random.normal();
        }
        return place;
      };
      const place = filled();
      const { b, error, known } = place;
      const asked = (["rising", "falling"] as const).map((side) => place.next(side));
      const worst = (mayMove: (t: number) => boolean, sign: number) => {
        const movable = Array.from(b.keys()).filter((t) => mayMove(t) && known[t] === 0);
        return movable.length === 0 ? -1 : movable.reduce((a, t) => (sign * error[t] > sign * error[a] ? t : a));
      };
      expect(asked).toEqual([worst((t) => b[t] < 1, 1), worst((t) => b[t] > -1, -1)]);
      vi.stubGlobal("WebAssembly", undefined);
      const plain = filled();
      expect((["rising", "falling"] as const).map((side) => plain.next(side))).toEqual(asked);
      vi.unstubAllGlobals();
      place.release();
    }),
  );
});
