import * as fc from "fast-check";
import { expect, it } from "vitest";
import { wrap } from "./wrap.ts";

it("breaks lines between words only, as late as the width allows", () => {
  const words = fc.array(fc.stringMatching(/^[a-z.]{1,12}$/), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(words, fc.integer({ min: 12, max: 60 }), (parts, width) => {
      const text = parts.join(" ");
      const lines = wrap(text, width).split("\n");
      expect(lines.join(" ")).toBe(text);
      for (const [i, line] of lines.entries()) {
        expect(line.length).toBeLessThanOrEqual(width);
        const next = lines[i + 1]?.split(" ")[0];
        if (next !== undefined) expect(line.length + 1 + next.length).toBeGreaterThan(width);
      }
    }),
  );
});

it("leaves text alone where there is no width, and keeps the lines it has", () => {
  expect(wrap("one two three", undefined)).toBe("one two three");
  expect(wrap("one two\n\nthree", 5)).toBe("one\ntwo\n\nthree");
});
