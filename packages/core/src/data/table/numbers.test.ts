import fc from "fast-check";
import { expect, it } from "vitest";
import { textNumber } from "./numbers.ts";

const pattern = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const expected = (text: string) => (pattern.test(text) ? Number(text) : Number.NaN);

it("gives the float64 that the language gives, with either mark", () => {
  const digits = fc.stringMatching(/^[+-]?\d{0,25}(\.\d{0,25})?([eE][+-]?\d{1,3})?$/);
  const texts = fc.oneof(
    digits,
    fc.double().map(String),
    fc.float().map((x) => x.toExponential(8)),
    fc.integer().map(String),
  );
  fc.assert(
    fc.property(texts, (text) => {
      expect(textNumber(text, ".")).toBe(expected(text));
      expect(textNumber(text.replace(".", ","), ",")).toBe(expected(text));
    }),
    { numRuns: 5000 },
  );
});

it.each([
  "",
  " ",
  "-",
  ".",
  "e5",
  "1e",
  "1e+",
  "0x10",
  "0b1",
  "1_000",
  "1,5",
  "Infinity",
  "NaN",
  "1 2",
  "1.2.3",
  "--1",
  "١",
])("%j is no number", (text) => {
  expect(textNumber(text, ".")).toBeNaN();
});
