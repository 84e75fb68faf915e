import fc from "fast-check";
import { expect, it } from "vitest";
import { dataset } from "../data/dataset.ts";
import { tensor } from "../tensor.ts";
import { checkRows } from "./checkRows.ts";
import { resolveFeatures } from "./resolve.ts";
import { featureSchema } from "./schema.ts";

/** A table of groups that are one-hot, and in one row of one of them what is put in place of it. */
const tables = fc
  .record({ sizes: fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 1, maxLength: 4 }), rows: fc.nat(6) })
  .chain(({ sizes, rows }) =>
    fc.record({
      sizes: fc.constant(sizes),
      ones: fc.array(fc.tuple(...sizes.map((size) => fc.nat(size - 1))), { minLength: rows + 1, maxLength: rows + 1 }),
      row: fc.nat(rows),
      group: fc.nat(sizes.length - 1),
      values: fc.array(fc.constantFrom(0, 0, 1, 1, -1, 2, 0.5, 39), { minLength: 9, maxLength: 9 }),
    }),
  );

it("a group that some row makes no one-hot is told by its name and place, with the row and what it has", () => {
  const seen = { wrong: 0, right: 0 };
  fc.assert(
    fc.property(tables, ({ sizes, ones, row, group, values }) => {
      const names = sizes.map((size, g) => Array.from({ length: size }, (_, j) => `g${g} ${j}`));
      const x = ones.map((chosen) =>
        sizes.map((size, g) => Array.from({ length: size }, (_, j) => +(j === chosen[g]))),
      );
      const put = values.slice(0, sizes[group]);
      x[row][group] = put;
      const data = dataset({
        features: tensor("float64", [x.length, names.flat().length], x.flat(2)),
        labels: x.map(() => 0),
        domain: [-1, 39],
        featureNames: names.flat(),
      });
      const columns = Object.fromEntries(names.map((of, g) => [`group ${g}`, { kind: "one-hot", of }]));
      const features = resolveFeatures(featureSchema.parse({ columns }), data);
      const isOneHot = Math.hypot(...put) === 1 && put.every((value) => value === 0 || value === 1);
      seen[isOneHot ? "right" : "wrong"]++;
      if (isOneHot) {
        expect(checkRows(features, data)).toEqual([]);
        return;
      }
      const has = put.flatMap((value, j) => (value === 0 ? [] : [`${names[group][j]} = ${value}`]));
      const more = has.length > 4 ? ` and ${has.length - 4} more that are not 0` : "";
      const got = has.length === 0 ? "0 in all" : `${has.slice(0, 4).join(", ")}${more}`;
      expect(() => checkRows(features, data, (way) => `place ${way.join(".")}`)).toThrow(
        `invalid group "group ${group}" at place columns.group ${group}: expected 1 in one of its ${put.length} ` +
          `columns and 0 in the others, got ${got} in row ${row + 1};`,
      );
    }),
    { numRuns: 500 },
  );
  expect(Math.min(seen.wrong, seen.right)).toBeGreaterThan(10);
});

it("bounds that a group's rows leave are told at the group", () => {
  const data = dataset({
    features: tensor("float64", [2, 2], [1, 0, 0, 1]),
    labels: [0, 1],
    featureNames: ["own", "rent"],
  });
  const columns = { home: { kind: "one-hot", of: ["own", "rent"], bounds: [0, 0] } };
  const features = resolveFeatures(featureSchema.parse({ columns }), data);
  expect(() => checkRows(features, data)).toThrow('column "own" at columns.home: expected values from 0 to 0');
});
