// Compiled loops over dense rows against the plain ones, over sizes that fill their blocks and those that do not.

import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { type Stream, stream } from "../random.ts";
import { tensor } from "../tensor.ts";
import { columnFacts } from "./columnFacts.ts";
import { groupEqualRows } from "./groups.ts";

/** More numbers than plain loops are left with, and rows that are not taken together with others. */
const sizes = fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(784, 3_001)).chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    rows: fc.integer({ min: 1, max: 9 }).map((more) => Math.ceil(2 ** 16 / columns) + more),
    seed: fc.nat(),
  }),
);

const odd = [0, -0, 2 ** -149, -(2 ** -149), 3.4028234663852886e38, -3.4028234663852886e38];

const numberOf = (random: Stream, isWhole: boolean) => {
  if (random.uniform() < 0.2) return odd[random.integer(isWhole ? 2 : odd.length)];
  return isWhole ? random.integer(9) - 4 : Math.fround(random.uniform() - 0.5);
};

it("columns have the same facts by compiled loops as by plain ones", () => {
  fc.assert(
    fc.property(sizes, fc.boolean(), ({ rows, columns, seed }, isWhole) => {
      const random = stream(seed, "numbers");
      const values = Float32Array.from({ length: rows * columns }, () => numberOf(random, isWhole));
      const facts = () => columnFacts(tensor("float32", [rows, columns], values));
      const compiled = facts();
      vi.stubGlobal("WebAssembly", undefined);
      const plain = facts();
      vi.unstubAllGlobals();
      expect(compiled).toEqual(plain);
      expect(compiled.areWhole).toBe(values.every((value) => Number.isInteger(value)));
      // One number decides, wherever it stands.
      const at = random.integer(values.length);
      for (const [value, name] of [[0.5, "areWhole"] as const, [Number.NaN, "areFinite"] as const]) {
        values[at] = value;
        expect(facts()[name], `${value} at ${at}`).toBe(false);
      }
    }),
    { numRuns: 12 },
  );
});

it("rows that differ in the sign of zeros alone are equal, whichever loops hash them", () => {
  fc.assert(
    fc.property(sizes, ({ rows, columns, seed }) => {
      const random = stream(seed, "rows");
      // Few that differ, so that most of the last ones, which plain loops hash, equal one of the first.
      const different = 5;
      const patterns = Float32Array.from({ length: different * columns }, () => numberOf(random, true));
      for (let k = 0; k < different; k++) patterns[k * columns + random.integer(columns)] = 100 + k;
      const chosen = Int32Array.from({ length: rows }, () => random.integer(different));
      const values = new Float32Array(rows * columns);
      chosen.forEach((pattern, row) => {
        for (let j = 0; j < columns; j++) {
          const value = patterns[pattern * columns + j];
          values[row * columns + j] = value === 0 && random.uniform() < 0.5 ? -value : value;
        }
      });
      const inOrder = [...new Set(chosen)];
      const expected = chosen.map((pattern) => inOrder.indexOf(pattern));
      expect(groupEqualRows(tensor("float32", [rows, columns], values))).toEqual(expected);
    }),
    { numRuns: 12 },
  );
});
