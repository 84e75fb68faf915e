// Changes of rows in plain words.

import fc from "fast-check";
import { expect, test } from "vitest";
import { rate } from "../transfer/rates.ts";
import { columnSection, columnsCsv, inWords } from "./columns.ts";

test("numbers are told apart in few digits, thousands by commas, words as they are", () => {
  expect(
    inWords([
      { name: "income", before: 41200, after: 43900 },
      { name: "number of loans", before: 3, after: 2 },
      { name: "job", before: "clerk", after: "none" },
      { name: "rate", before: -0.25, after: 1234567 },
    ]),
  ).toBe("income 41,200 -> 43,900; number of loans 3 -> 2; job clerk -> none; rate −0.25 -> 1,235,000");
  expect(inWords([])).toBe("nothing changed");
  expect(inWords(Array.from({ length: 11 }, (_, i) => ({ name: `x${i}`, before: 0, after: 1 })))).toMatch(
    /; and 3 more$/,
  );
});

test("two numbers never read the same, and read back near what they are", () => {
  const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(number, number, (before, after) => {
      fc.pre(before !== after && Math.abs(before - after) > 1e-12 * Math.abs(before));
      const [from, to] = inWords([{ name: "x", before, after }])
        .slice(2)
        .split(" -> ");
      expect(from).not.toBe(to);
      const back = (text: string) => Number(text.replaceAll(",", "").replace("−", "-"));
      expect(Math.abs(back(from) - before)).toBeLessThanOrEqual(1e-3 * Math.abs(before));
      expect(Math.abs(back(to) - after)).toBeLessThanOrEqual(1e-3 * Math.abs(after));
    }),
  );
});

test("the section begins with the column that moves most in points that mislead, and escapes names", () => {
  const column = (name: string, count: number) => ({
    name,
    moved: rate(count, 10),
    movedOfFooled: rate(count, 10),
    rises: 0.5,
    meanChange: 2,
    largestChange: 3,
  });
  const moves = {
    surrogate: "mlp_H",
    epsilon: 1,
    columns: [column("a", 2), column("<b>", 9), column("still", 0)],
    rows: [],
  };
  const { markup } = columnSection(moves, "L2");
  expect(markup.indexOf("&lt;b&gt;")).toBeLessThan(markup.indexOf('<th scope="row">a</th>'));
  expect(markup).not.toContain("<b>");
  expect(markup).toContain("Columns that do not move: 1 of 3.");
  const lines = [...(columnsCsv([moves]) as Iterable<string>)].join("").trim().split("\n");
  expect(lines).toHaveLength(4);
  expect(lines[2]).toBe("mlp_H,1,<b>,9,10,9,10,0.5,2,3");
});
