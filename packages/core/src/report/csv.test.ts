// Tables in pieces: the same text, and no piece that grows with the table.

import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { csvField, csvPieces } from "./csv.ts";

test("pieces are the header and the rows, a line each", () => {
  const cell = fc.oneof(fc.double(), fc.integer(), fc.string().map(csvField));
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 20 }), (rows) => {
      const whole = `${["a,b", ...rows.map((row) => row.join(","))].join("\n")}\n`;
      expect([...csvPieces("a,b", rows)].join("")).toBe(whole);
    }),
  );
});

test("a million rows come in pieces of some 64 KB, made one by one", () => {
  let made = 0;
  function* rows() {
    for (; made < 1_000_000; made++) yield [made, made / 7];
  }
  let [length, longest, before] = [0, 0, 0];
  for (const piece of csvPieces("n,value", rows())) {
    length += piece.length;
    longest = Math.max(longest, piece.length);
    // Some 3,000 such rows make a piece.
    expect(made - before).toBeLessThan(8000);
    before = made;
  }
  expect(length).toBeGreaterThan(20e6);
  expect(longest).toBeLessThan(2 ** 16 + 100);
});

test("fields are quoted where they must be", () => {
  expect(["a", 'a"b', "a,b", "a\nb", ""].map(csvField)).toEqual(["a", '"a""b"', '"a,b"', '"a\nb"', ""]);
});

test.each([
  ["=1+1", "'=1+1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["-cmd|' /C calc'!A0", "'-cmd|' /C calc'!A0"],
  ["\t=1", "'\t=1"],
  ["-1", "-1"],
  ["+1.5e-3", "+1.5e-3"],
  ["a-b", "a-b"],
])("a field begins no formula: %j is written %j", (text, written) => {
  expect(csvField(text)).toBe(written);
});

test("fields are read back by another program as they were, but for that apostrophe", () => {
  const texts = fc.array(fc.string({ unit: fc.constantFrom(..."=+-@\t\r\n,\"' a1.") }), { minLength: 1 });
  fc.assert(
    fc.property(texts, (fields) => {
      const [read] = parse(`${[...fields, "end"].map(csvField).join(",")}\n`) as string[][];
      for (const [i, each] of fields.entries()) {
        expect([each, `'${each}`]).toContain(read[i]);
        expect(!/^[=+\-@\t\r]/.test(read[i]) || Number.isFinite(Number(read[i]))).toBe(true);
      }
    }),
  );
});
