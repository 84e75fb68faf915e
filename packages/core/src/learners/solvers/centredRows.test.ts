// Centred rows by compiled loops against plain ones, bit by bit, and against what defines them.

import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";
import { dot } from "../../linalg.ts";
import { stream } from "../../random.ts";
import { centredRows } from "./centredRows.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("rows lose their mean, and norms are those of what is left, with compiled loops and without", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer(),
      fc.boolean(),
      (count, width, seed, isSingle) => {
        const random = stream(seed, "rows");
        const numbers = Float64Array.from({ length: count * width }, () => 3 + random.normal());
        const rows = isSingle ? Float32Array.from(numbers) : numbers;
        const found = centredRows(rows, width);
        vi.stubGlobal("WebAssembly", undefined);
        expect(centredRows(rows, width)).toEqual(found);
        vi.unstubAllGlobals();
        const { vectors, centre, norms } = found;
        for (let j = 0; j < width; j++) {
          let sum = 0;
          for (let i = 0; i < count; i++) sum += rows[i * width + j];
          expect(centre[j]).toBe(Math.fround(sum / count));
        }
        vectors.forEach((value, at) => {
          expect(value).toBe(Math.fround(rows[at] - centre[at % width]));
        });
        norms.forEach((norm, i) => {
          const row = vectors.subarray(i * width, (i + 1) * width);
          expect(norm).toBe(Math.fround(dot(row, row)));
        });
      },
    ),
  );
});
