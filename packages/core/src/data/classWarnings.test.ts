import fc from "fast-check";
import { expect, it } from "vitest";
import { caseWarning } from "./classWarnings.ts";

it("is told exactly where two names are one without regard to case", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-cA-C]{1,2}$/), { maxLength: 6 }), (names) => {
      const isAlike = names.some((a, i) => names.some((b, j) => i !== j && a.toLowerCase() === b.toLowerCase()));
      const told = caseWarning(names);
      expect(told !== undefined).toBe(isAlike);
    }),
  );
  expect(caseWarning(["no", "YES", "Yes", "yes"])).toBe(
    'Names "YES", "Yes", "yes" differ in upper and lower case alone, and are taken for 3 classes. If they are ' +
      "one, write them alike in the file.",
  );
});
