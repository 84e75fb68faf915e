// Memory that is borrowed is nobody else's.

import fc from "fast-check";
import { expect, test } from "vitest";
import { borrowNumbers, giveBackNumbers } from "./workingMemory.ts";

const requests = fc.array(
  fc.record({
    type: fc.constantFrom("float32" as const, "float64" as const),
    length: fc.integer({ min: 1, max: 64 }),
    back: fc.nat(),
  }),
  { maxLength: 60 },
);

test("numbers that are borrowed stay as their borrower wrote them until they are given back", () => {
  fc.assert(
    fc.property(requests, (list) => {
      const held: { readonly mark: number; readonly numbers: Float32Array | Float64Array }[] = [];
      list.forEach(({ type, length, back }, mark) => {
        const numbers = borrowNumbers(type, length);
        expect(numbers).toHaveLength(length);
        expect(numbers).toBeInstanceOf(type === "float32" ? Float32Array : Float64Array);
        held.push({ mark, numbers: numbers.fill(mark) });
        for (const each of held) expect(each.numbers.every((value) => value === each.mark)).toBe(true);
        if (back % 2 === 0) giveBackNumbers(held.splice(back % held.length, 1)[0].numbers);
      });
    }),
  );
});
