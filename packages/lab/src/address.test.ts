import fc from "fast-check";
import { expect, test } from "vitest";
import { hashOf, viewOf } from "./address.ts";
import { learnerNames, WEAKEST } from "./question/learners.ts";
import { attackNames, boosterNames } from "./question/question.ts";

const chosen = fc.record({ learner: fc.constantFrom(...learnerNames), position: fc.nat(WEAKEST) });
const fields = {
  surrogate: chosen,
  target: chosen,
  norm: fc.constantFrom("l2" as const, "linf" as const),
  attack: fc.constantFrom(...attackNames),
  booster: fc.constantFrom(...boosterNames),
  seed: fc.integer({ min: 0, max: 999 }),
  epsilon: fc.double({ min: 0, max: 5, noNaN: true }).map((value) => value + 0),
  digit: fc.integer({ min: 0, max: 39 }),
};
const views = fc.oneof(fc.record(fields), fc.record({ ...fields, partner: chosen }));

test("an address gives the state back that it was made of", () => {
  fc.assert(
    fc.property(views, (view) => {
      expect(viewOf(hashOf(view))).toEqual({ view });
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
