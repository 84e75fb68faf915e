import fc from "fast-check";
import { expect, test } from "vitest";
import { greysIn, hashOf, textOf, viewOf } from "./address.ts";
import { fields as ownFields } from "./own/fields.ts";
import type { Written } from "./own/options.ts";
import { learnerNames, targetNames, WEAKEST } from "./question/learners.ts";
import { attackNames, boosterNames } from "./question/question.ts";

const chosen = fc.record({ learner: fc.constantFrom(...learnerNames), position: fc.nat(WEAKEST) });
const target = fc.record({ learner: fc.constantFrom(...targetNames), position: fc.nat(WEAKEST) });
const place = fc.nat(1000).map((value) => value / 1000);
const greys = fc
  .array(fc.nat(15), { minLength: 784, maxLength: 784 })
  .map((all) => Float32Array.from(all, (k) => k / 15));
const optionNames = Object.keys(ownFields) as (keyof Written)[];
const fields = {
  surrogate: chosen,
  target,
  norm: fc.constantFrom("l2" as const, "linf" as const),
  attack: fc.constantFrom(...attackNames),
  booster: fc.constantFrom(...boosterNames),
  seed: fc.integer({ min: 0, max: 999 }),
  epsilon: fc.double({ min: 0, max: 5, noNaN: true }).map((value) => value + 0),
  digit: fc.integer({ min: 0, max: 39 }),
  between: fc.record({ surrogate: fc.integer({ min: 1, max: 39 }).map((tenths) => tenths / 10) }),
  poison: fc.record(
    {
      learners: fc.tuple(fc.constantFrom(...learnerNames), fc.constantFrom(...learnerNames)),
      points: fc.array(fc.record({ x: place, y: place, label: fc.nat(1) }), { minLength: 2, maxLength: 30 }),
      chosen: fc.nat(29),
    },
    { requiredKeys: ["learners", "chosen"] },
  ),
};
const others = {
  partner: chosen,
  step: fc.nat(6),
  drawn: fc.record({ pixels: greys.map(textOf), label: fc.nat(1) }),
  own: fc.record({
    norm: fc.constantFrom("l0" as const, "l1" as const, "l2" as const, "linf" as const),
    attack: fc.constantFrom(...attackNames),
    most: fc.integer({ min: 1, max: 9 }),
    written: fc.dictionary(fc.constantFrom(...optionNames), fc.string({ minLength: 1, maxLength: 20 })),
    share: place,
    row: fc.nat(99),
  }),
};
const views = fc.record({ ...fields, ...others }, { requiredKeys: Object.keys(fields) as (keyof typeof fields)[] });

test("an address gives the state back that it was made of", () => {
  fc.assert(
    fc.property(views, (view) => {
      expect(viewOf(hashOf(view))).toEqual({ view });
    }),
  );
});

test("a drawn digit comes back grey for grey", () => {
  fc.assert(
    fc.property(greys, (all) => {
      expect(greysIn(textOf(all))).toEqual(all);
    }),
  );
});

test("what is no state is told, and the first state shown", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      expect(viewOf(`#${text}`)).toEqual({ view: viewOf("").view, fault: expect.stringContaining("cannot read") });
    }),
  );
});
