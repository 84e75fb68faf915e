// Tables in pieces: the same text, and no piece that grows with the table.

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
