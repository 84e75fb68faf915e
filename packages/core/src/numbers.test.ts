// Numbers in words: what is written never says less than it seems to, nor more than anyone reads.

import fc from "fast-check";
import { expect, test } from "vitest";
import { withRange } from "./numbers.ts";

const shares = fc.double({ min: -1, max: 1, noNaN: true });

test("a number with its interval has few digits, and its ends differ where they are written", () => {
  fc.assert(
    fc.property(
      shares,
      fc.double({ min: 0, max: 0.1, noNaN: true }),
      fc.integer({ min: 0, max: 12 }),
      (at, width, by) => {
        const [low, high] = [at, at + width / 10 ** by];
        const text = withRange({ estimate: (low + high) / 2, low, high });
        expect(text.length).toBeLessThanOrEqual("−0.123456 (−0.123456 to −0.123456)".length);
        const ends = /\((.*) to (.*)\)$/.exec(text);
        if (ends) expect(ends[1]).not.toBe(ends[2]);
        else expect(high - low).toBeLessThan(1.1e-6);
      },
    ),
  );
});

test("an interval that rounding hides is left out", () => {
  expect(withRange({ estimate: 0.62401434, low: 0.62401431, high: 0.62401438 })).toBe("0.62");
  expect(withRange({ estimate: 0.62, low: 0.601, high: 0.64 })).toBe("0.62 (0.60 to 0.64)");
});
