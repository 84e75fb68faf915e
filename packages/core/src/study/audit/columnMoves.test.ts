// What columns did is what was done to them.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataset } from "../../data/dataset.ts";
import { readCsv } from "../../data/formats/csv.ts";
import { tensor } from "../../tensor.ts";
import { columnMoves, hasColumns } from "./columnMoves.ts";

const words = ["a", "b", "c"];
const N = 12;
const cells = Array.from({ length: N }, (_, i) => ({ age: 20 + 3 * i, pay: 0.1 * i, job: words[i % 3], y: i % 2 }));
const text = `age,job,pay,class\n${cells.map(({ age, job, pay, y }) => `${age},${job},${pay},${y}\n`).join("")}`;
const data = dataset(readCsv(new TextEncoder().encode(text), "t.csv"));
const names = data.featureNames!;
const original = (data.features as { data: Float32Array }).data;
const before = data.labels;

/** The rows with some cells of theirs set. */
function moved(changes: readonly { row: number; age?: number; pay?: number; job?: number }[]): Float32Array {
  const points = Float32Array.from(original);
  for (const { row, age, pay, job } of changes) {
    const at = (name: string) => row * names.length + names.indexOf(name);
    if (age !== undefined) points[at("age")] += age;
    if (pay !== undefined) points[at("pay")] += pay;
    if (job !== undefined) for (const [k, each] of words.entries()) points[at(`job=${each}`)] = k === job ? 0.6 : 0.2;
  }
  return points;
}

const change = fc.record(
  { row: fc.nat(N - 1), age: fc.integer({ min: -9, max: 9 }), pay: fc.constantFrom(-2, 3), job: fc.nat(2) },
  { requiredKeys: ["row"] },
);

describe("columns that an attack moves", () => {
  test("are counted, with their sizes and directions, and rows say what changed in them", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(change, { selector: ({ row }) => row, maxLength: N }),
        fc.uniqueArray(fc.nat(N - 1)),
        (changes, wrong) => {
          const after = before.map((label, i) => (wrong.includes(i) ? 1 - label : label));
          const { columns, rows } = columnMoves(data, moved(changes), names, { before, after });
          expect(columns.map(({ name }) => name)).toEqual(["age", "job", "pay"]);
          const [age, job, pay] = columns;
          const aged = changes.filter((each) => each.age !== undefined && each.age !== 0);
          const rehired = changes.filter((each) => each.job !== undefined && each.job !== each.row % 3);
          expect(age.moved).toMatchObject({ count: aged.length, n: N });
          expect(job.moved.count).toBe(rehired.length);
          expect(job).not.toHaveProperty("meanChange");
          if (wrong.length > 0)
            expect(age.movedOfFooled).toMatchObject({
              count: aged.filter(({ row }) => wrong.includes(row)).length,
              n: wrong.length,
            });
          else expect(age.movedOfFooled).toBeUndefined();
          if (aged.length > 0) {
            const sizes = aged.map((each) => Math.abs(each.age!));
            expect(age.meanChange).toBeCloseTo(sizes.reduce((a, b) => a + b) / sizes.length, 9);
            expect(age.largestChange).toBe(Math.max(...sizes));
            expect(age.rises).toBe(aged.filter((each) => each.age! > 0).length / aged.length);
          }
          expect(pay.moved.count).toBe(changes.filter((each) => each.pay !== undefined).length);
          expect(rows.map(({ index }) => index)).toEqual(wrong.toSorted((a, b) => a - b).slice(0, 10));
          for (const { index, changes: told, label, says } of rows) {
            const own = changes.find(({ row }) => row === index);
            expect(told.some(({ name }) => name === "job")).toBe(rehired.includes(own as never));
            expect(told.find(({ name }) => name === "age")?.before ?? cells[index].age).toBe(cells[index].age);
            expect([label, says]).toEqual([String(before[index]), String(1 - before[index])]);
          }
        },
      ),
    );
  });

  test("are measured in the units of perturbations, the largest of a row first", () => {
    const points = moved([{ row: 0, age: 6, pay: 0.5, job: 1 }]);
    const units = Float64Array.from(names, (name) => (name === "age" ? 12 : name === "pay" ? 0.25 : 1));
    const { columns, rows } = columnMoves(
      data,
      points,
      names,
      { before, after: before.map((label) => 1 - label) },
      units,
    );
    const told = rows[0].changes.map(({ name, size }) => [name, Number(size.toPrecision(6))]);
    expect(told).toEqual([
      ["pay", 2],
      ["job", 0.8],
      ["age", 0.5],
    ]);
    expect(columns.map(({ name, meanSize }) => [name, Number(meanSize?.toPrecision(6))])).toEqual([
      ["age", 0.5],
      ["job", 0.8],
      ["pay", 2],
    ]);
  });

  test("are none where points are rows, even of numbers that float32 does not hold", () => {
    const wide = dataset({ features: tensor("float64", [2, 1], [0.1, 1e9 + 0.1]), labels: [0, 1] });
    const { columns } = columnMoves(wide, Float32Array.of(0.1, 1e9 + 0.1), undefined, {
      before: wide.labels,
      after: wide.labels,
    });
    expect(columns).toMatchObject([{ name: "x0", moved: { count: 0 } }]);
  });

  test("are not told of images", () => {
    const images = dataset({ features: tensor("float32", [1, 2, 2], [0, 1, 0, 1]), labels: [0], domain: [0, 1] });
    expect([hasColumns(images), hasColumns(data)]).toEqual([false, true]);
  });

  test("are not told of rows that are shown as images, unless they have names", () => {
    const flat = { features: tensor("float32", [1, 64], new Float32Array(64)), labels: [0], domain: [0, 1] as const };
    const featureNames = Array.from({ length: 64 }, (_, j) => `column ${j}`);
    expect([hasColumns(dataset(flat)), hasColumns(dataset({ ...flat, featureNames }))]).toEqual([false, true]);
  });
});
