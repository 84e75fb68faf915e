import fc from "fast-check";
import { expect, it } from "vitest";
import { toNumbers } from "../../tensor.ts";
import { readCsv } from "../formats/csv.ts";

const read = (values: readonly number[]) => {
  const lines = values.map((value, i) => `${value},${i % 2}\n`);
  return readCsv(new TextEncoder().encode(`a,label\n${lines.join("")}`)).features;
};

it.each([
  [[0.1, 0.2, 0.3], "float32"],
  [[1, 2 ** 24, 3], "float32"],
  [[1.5, 2 ** 24 + 1, 3], "float64"],
  [[1e300, 1, 2], "float64"],
  [[2e8 + 0.25, 2e8 + 1.5, 2e8], "float64"],
  [[2015.1, 2020.9, 2017], "float32"],
  [[0.1, 0.1, 0.1], "float32"],
  [[5000, 5001, 5000], "float32"],
])("%j become %s", (values, type) => {
  expect(read(values).type).toBe(type);
});

it("whole numbers stay what they are, and others within 1e-4 of the range of their column", () => {
  const column = fc
    .tuple(
      fc.double({ min: -1e12, max: 1e12, noNaN: true }),
      fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      fc.boolean(),
    )
    .chain(([offset, scale, whole]) =>
      fc.array(
        fc
          .double({ min: -1, max: 1, noNaN: true })
          .map((x) => (whole ? Math.round(offset + scale * x) : offset + scale * x)),
        { minLength: 3, maxLength: 20 },
      ),
    );
  fc.assert(
    fc.property(column, (values) => {
      const read32 = toNumbers(read(values));
      const range = Math.max(...values) - Math.min(...values);
      values.forEach((value, i) => {
        if (Number.isInteger(value)) expect(read32[i]).toBe(value + 0);
        else if (range > 0) expect(Math.abs(read32[i] - value)).toBeLessThanOrEqual(1.3e-4 * range);
      });
    }),
  );
});
