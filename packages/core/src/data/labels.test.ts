// Names of classes: spaces around them, and other spellings of a whole number, make no other class.

import fc from "fast-check";
import { expect, it } from "vitest";
import { classPosition, encodeLabels, withClasses } from "./labels.ts";

const space = fc.stringMatching(/^[ \t]{0,2}$/);
const words = fc.uniqueArray(fc.stringMatching(/^[a-z<>=]{1,3}( [a-z]{1,2})?$/), { minLength: 2, maxLength: 5 });

it("labels with spaces around them are those without, in a file and against the names of a model", () => {
  fc.assert(
    fc.property(
      words.chain((names) => fc.tuple(fc.constant(names), fc.array(fc.nat(names.length - 1), { minLength: 1 }))),
      fc.array(fc.tuple(space, space), { minLength: 100, maxLength: 100 }),
      ([names, rows], spaces) => {
        const padded = (text: string, i: number) => spaces[i % 100][0] + text + spaces[i % 100][1];
        const plain = encodeLabels(rows.map((k) => names[k]));
        const found = encodeLabels(rows.map((k, i) => padded(names[k], i)));
        expect(found).toEqual(plain);
        const model = names.map((name, k) => padded(name, k + 50));
        expect([...withClasses(found, model).labels]).toEqual(rows);
      },
    ),
  );
});

it("labels of spaces alone are missing", () => {
  expect(() => encodeLabels(["a", "  ", "b"])).toThrow(/expected a label in every row, got none in 1 of 3: row 1 /);
});

it("an exact name goes before one that differs in spaces, and strangers stay strangers", () => {
  expect(classPosition([" a", "a", "b"], "a")).toBe(1);
  expect(classPosition([" a", "a", "b"], " a")).toBe(0);
  expect(classPosition(["07", "8"], "7")).toBe(0);
  expect(classPosition(["1.0", "-1.0"], "-1")).toBe(1);
  for (const other of ["aa", "", "A", "1.5"]) expect(classPosition(["a", "1", "15"], other)).toBeUndefined();
});

it("letters with marks are the same however Unicode writes them", () => {
  for (const word of ["café", "Škoda", "남"]) {
    expect(encodeLabels([word.normalize("NFD"), "x", word.normalize("NFC")]).classNames).toHaveLength(2);
    expect(classPosition(["x", word.normalize("NFD")], word.normalize("NFC"))).toBe(1);
  }
});
