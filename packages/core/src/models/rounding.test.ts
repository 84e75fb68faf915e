import fc from "fast-check";
import { expect, it } from "vitest";
import { tensor } from "../tensor.ts";
import type { InputPart } from "./inputNodes.ts";
import { roundingWarning } from "./rounding.ts";

const part = (type: InputPart["type"], shape: readonly number[]): InputPart => ({
  name: type,
  type,
  shape,
  kind: "real",
});

it("is told exactly where a number is none that the type holds, of the part that it belongs to", () => {
  const whole = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(
      fc.array(whole, { minLength: 6, maxLength: 6 }),
      fc.nat({ max: 5 }),
      fc.boolean(),
      (values, at, off) => {
        // Each row: two bytes as parts of 255, one real number.
        const x = values.map((value, i) => (i % 3 === 2 ? value + 0.3 : value / 255));
        if (off) x[at] += 0.4 / 255;
        const told = roundingWarning([part("uint8", [2]), part("float32", [1])], tensor("float32", [2, 3], x));
        expect(told.length).toBe(off && at % 3 < 2 ? 1 : 0);
        const numbers = roundingWarning(
          [part("int64", [2]), part("float32", [1])],
          tensor(
            "float32",
            [2, 3],
            x.map((v, i) => (i % 3 === 2 ? v : Math.round(v * 255) + (off && i === at ? 0.4 : 0))),
          ),
        );
        expect(numbers.length).toBe(off && at % 3 < 2 ? 1 : 0);
      },
    ),
  );
});

it("says the share, and which number", () => {
  const rows = tensor("float64", [2, 2], [0, 0.25, 1, 51 / 255]);
  expect(roundingWarning([part("uint8", [2])], rows)[0].sentence).toMatch(
    /Input "uint8".*25 % .*such as 0\.25, and are rounded/,
  );
});
