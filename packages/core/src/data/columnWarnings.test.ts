import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tensor } from "../tensor.ts";
import { float32Warning, wideBoxWarning } from "./columnWarnings.ts";
import { type DatasetInput, dataset } from "./dataset.ts";

/** Rows whose columns go evenly from the first number of an interval to the second. */
function table(columns: readonly (readonly [number, number])[], rest: Partial<DatasetInput> = {}) {
  const n = 5;
  const cells = Array.from({ length: n }, (_, i) => columns.map(([low, high]) => low + (i / (n - 1)) * (high - low)));
  return dataset({
    features: tensor("float64", [n, columns.length], cells.flat()),
    labels: Array.from({ length: n }, (_, i) => i % 2),
    ...rest,
  });
}

describe("one box over columns of very different range", () => {
  const widths = fc.array(fc.double({ min: 1, max: 9, noNaN: true }), { minLength: 2, maxLength: 8 });

  test("is told wherever some columns span a small part of it, whatever their unit and order", () => {
    fc.assert(
      fc.property(widths, fc.integer({ min: 3, max: 20 }), fc.infiniteStream(fc.boolean()), (sizes, power, coin) => {
        const wide = sizes.map((size, j) => (j === 0 ? size * 2 ** power : size));
        const order = coin.next().value ? wide : wide.toReversed();
        const top = Math.max(...wide);
        const factor = top / Math.min(...wide);
        const columns = order.map((width): [number, number] => [0, width]);
        const told = wideBoxWarning(table(columns, { domain: [0, top] }), { attacked: true });
        if (factor > 10 && order.filter((width) => width >= top / 2).length < 0.75 * order.length)
          expect(told).toContain(`differ by a factor of ${Number(factor.toPrecision(2))}:`);
        else if (factor <= 10) expect(told).toBeUndefined();
        expect(wideBoxWarning(table(columns), { attacked: true })).toBeUndefined();
      }),
    );
  });

  test("is not told of pixels, of images and of a table in which most columns fill the box", () => {
    const [full, dark] = [
      [0, 16],
      [0, 1],
    ] as const;
    expect(
      wideBoxWarning(table([full, full, full, full, full, dark], { domain: [0, 16] }), { learned: true }),
    ).toBeUndefined();
    expect(wideBoxWarning(table([full, dark, dark, dark], { domain: [0, 16] }), { learned: true })).toMatch(
      /feature 1 \(counted from 0\) spans 1 /,
    );
    expect(
      wideBoxWarning(table([full, dark, dark, dark], { domain: [0, 16], featureShape: [2, 2] }), { attacked: true }),
    ).toBeUndefined();
  });
});

test("a box is told of only where something goes by it", () => {
  const boxed = table(
    [
      [0, 1e6],
      [0, 1],
      [0, 1],
      [0, 1],
    ],
    { domain: [0, 1e6] },
  );
  expect(wideBoxWarning(boxed, { attacked: true })).toMatch(/; attacks may move it through the whole box\./);
  expect(wideBoxWarning(boxed, { learned: true })).toMatch(
    /; learners see it squeezed into a small part of \[0, 1\]\./,
  );
  expect(wideBoxWarning(boxed, { attacked: true, learned: true })).toMatch(/whole box, and learners see/);
  expect(wideBoxWarning({ ...boxed, scaling: "columns" }, { learned: true })).toBeUndefined();
});

describe("columns that float32 cannot hold", () => {
  test("are told where its numbers lie apart by a tenth of their range; else it changes no difference by more", () => {
    const offsets = fc.double({ min: -30, max: 30, noNaN: true }).map((power) => 2 ** power);
    fc.assert(
      fc.property(offsets, offsets, fc.boolean(), (offset, range, isNegative) => {
        const low = isNegative ? -offset - range : offset;
        fc.pre(low + range > low);
        const told = float32Warning(
          table([
            [0, 1],
            [low, low + range],
          ]),
        );
        const error = Math.abs(Math.fround(low + range) - Math.fround(low) - range);
        if (told === undefined) expect(error).toBeLessThanOrEqual(0.1 * range * (1 + 1e-9));
        else expect(told).toContain("Values of feature 1 (counted from 0) lie too close together");
        if (offset < 1e5 * range) expect(told).toBeUndefined();
        if (offset > 4e6 * range) expect(told).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });

  test("are named where the file names them, and never where they do not vary", () => {
    const named = table(
      [
        [0, 1],
        [1.7e9, 1.7e9 + 60],
        [2e9, 2e9],
      ],
      { featureNames: ["a", "time", "id"] },
    );
    expect(float32Warning(named)).toMatch(
      /^Values of feature "time" lie too close together.*from 1700000000 to 1700000060, where these are 128 apart/,
    );
  });
});
