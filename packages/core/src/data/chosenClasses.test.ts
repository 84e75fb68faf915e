// Chosen classes: which rows stay, and what they are called, over random labels.

import fc from "fast-check";
import { expect, test } from "vitest";
import { tensor } from "../tensor.ts";
import { againstRest, keepClasses } from "./chosenClasses.ts";
import { dataset } from "./dataset.ts";

const names = ["ant", "bee", "cat", "dog"];

/** Rows that hold their own number, so that it can be seen which of them stay. */
const labelled = fc
  .array(fc.integer({ min: 0, max: names.length - 1 }), { minLength: 1, maxLength: 30 })
  .map((labels) =>
    dataset({
      features: tensor("float32", [labels.length, 1], Float32Array.from(labels.keys())),
      labels,
      classNames: names,
      domain: [0, 30],
    }),
  );

const named = (data: ReturnType<typeof dataset>) => Array.from(data.labels, (label) => data.classNames[label]);
const numbers = (data: ReturnType<typeof dataset>) => Array.from((data.features as { data: Float32Array }).data);

test("rows of the named classes stay, in their order, with their names", () => {
  fc.assert(
    fc.property(labelled, fc.shuffledSubarray(names, { minLength: 1 }), (data, classes) => {
      const all = named(data);
      const rows = all.flatMap((name, i) => (classes.includes(name) ? [i] : []));
      fc.pre(rows.length > 0);
      const kept = keepClasses(data, classes);
      expect(kept.classNames).toEqual(classes);
      expect(numbers(kept)).toEqual(rows);
      expect(named(kept)).toEqual(rows.map((i) => all[i]));
    }),
  );
});

test("one class against the rest is class 1, and all rows stay", () => {
  fc.assert(
    fc.property(labelled, fc.constantFrom(...names), (data, positive) => {
      const two = againstRest(data, positive);
      expect(two.classNames).toEqual([`not ${positive}`, positive]);
      expect(Array.from(two.labels)).toEqual(named(data).map((name) => (name === positive ? 1 : 0)));
      expect(two.features).toBe(data.features);
    }),
  );
});

test("a class that there is not is refused", () => {
  const [data] = fc.sample(labelled, 1);
  expect(() => againstRest(data, "cow")).toThrow('unknown class "cow"');
});
