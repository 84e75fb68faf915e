import fc from "fast-check";
import { expect, test } from "vitest";
import { InputError, unknownName } from "./errors.ts";

const parts = fc.record({
  what: fc.string({ maxLength: 5000, size: "max" }),
  expected: fc.string({ maxLength: 5000, size: "max" }),
  got: fc.string({ maxLength: 5000, size: "max" }),
  remedy: fc.string({ maxLength: 5000, size: "max" }),
});

test("every part of a sentence can be read however long the others are", () => {
  fc.assert(
    fc.property(parts, ({ what, ...detail }) => {
      const { message } = new InputError("invalid", what, detail);
      expect(message.length).toBeLessThan(2300);
      for (const part of [what, detail.expected, detail.got, detail.remedy]) {
        expect(message).toContain(part.slice(0, 200));
        expect(message).toContain(part.slice(-50));
      }
      expect(message).toMatch(/: expected .*, got .*; /s);
    }),
    { numRuns: 20 },
  );
});

test("a name that nobody has is told with the nearest that somebody has, whatever its length", () => {
  expect(() => unknownName("learner", "logisitc", ["ridge", "logistic"])).toThrow(
    'unknown learner "logisitc": expected one of logistic, ridge, got "logisitc"; did you mean "logistic"?',
  );
  expect(() => unknownName("learner", "x".repeat(5000), ["ridge"])).toThrow(/expected one of ridge, got "xxx/);
});
