// Labels in files and classes of models: every way to number the same classes leads to the same labels, or is refused.

import fc from "fast-check";
import { expect, it } from "vitest";
import { dataset, tensor } from "../index.ts";
import { alignClasses, assumedOrder } from "./alignClasses.ts";

const withLabels = (labels: readonly (string | number)[]) =>
  dataset({
    features: tensor(
      "float64",
      [labels.length, 1],
      Float64Array.from(labels, (_, i) => i),
    ),
    labels: labels as string[],
  });

const named = (names?: readonly string[]) => ({ classNames: names });

/** Which classes occur, of how many, and how a file counts them. */
const occurring = fc
  .integer({ min: 2, max: 6 })
  .chain((classes) => fc.tuple(fc.constant(classes), fc.array(fc.nat(classes - 1), { minLength: 2, maxLength: 20 })));

it("a model that names its classes decides, whichever of them occur", () => {
  fc.assert(
    fc.property(occurring, fc.integer({ min: -2, max: 2 }), fc.boolean(), ([classes, rows], first, asText) => {
      const names = Array.from({ length: classes }, (_, k) => String(k + first));
      const labels = rows.map((k) => (asText ? `${k + first}.0` : k + first));
      expect([...alignClasses(withLabels(labels), named(names), { classes }).labels]).toEqual(rows);
    }),
  );
});

it("without names, labels that count from 0 or from 1 are never one off", () => {
  fc.assert(
    fc.property(occurring, fc.integer({ min: 0, max: 1 }), ([classes, rows], first) => {
      let found: number[] | undefined;
      try {
        found = [...alignClasses(withLabels(rows.map((k) => k + first)), named(), { classes }).labels];
      } catch (error) {
        expect((error as Error).message).toMatch(/invalid labels for the model/);
      }
      if (found) expect(found).toEqual(rows);
      // What cannot be read in two ways is read.
      const isWhole = new Set(rows).size === classes;
      if (isWhole || (first === 0 && rows.includes(0))) expect(found).toBeDefined();
    }),
  );
});

it("words are in the order of the model's names, else in alphabetical order, which is told", () => {
  const data = withLabels(["dog", "cat", "owl"]);
  const aligned = alignClasses(data, named(["owl", "dog", "cat"]), { classes: 3 });
  expect([[...aligned.labels], assumedOrder(aligned, named(["owl", "dog", "cat"]))]).toEqual([[1, 2, 0], []]);
  for (const model of [named(), named(["0", "1", "2"])]) {
    const guessed = alignClasses(data, model, { classes: 3 });
    expect([...guessed.labels]).toEqual([1, 0, 2]);
    expect(assumedOrder(guessed, model)).toMatchObject([
      { sentence: expect.stringMatching(/cat, dog, owl .*--classes/) },
    ]);
  }
});

it.each([
  [["a", "b"], ["a", "c"], 2, /unknown class "b"/],
  [[0, 3], undefined, 3, /labels 0 to 2/],
  [[1, 2], undefined, 3, /count from 0 or from 1.*--classes 0,1,2 or --classes 1,2,3/],
  [[1, 2], ["0", "1"], 2, /unknown class "2"/],
] as [(string | number)[], string[] | undefined, number, RegExp][])(
  "%j for %j is refused",
  (labels, names, classes, message) => {
    expect(() => alignClasses(withLabels(labels), named(names), { classes })).toThrow(message);
  },
);
